import type { NumericError } from '../../graph/errors.ts';
import type { Callback } from './callback.ts';

/** Ends training quietly when the loss is no longer a number; `error` says what made it so. */
export class TerminateOnNaN implements Callback {
  /** Where the first value that is no number came from. */
  error: NumericError | undefined;

  onTrainBegin(): void {
    this.error = undefined;
  }

  onNonFinite(error: NumericError): boolean {
    this.error = error;
    return true;
  }
}

/**
 * Ends training when the loss becomes NaN or infinite. `fit` always sees that and throws an error that names the
 * culprit; with this callback it returns the history so far, and the callback keeps the error.
 *
 * @see Keras `TerminateOnNaN`
 */
export function terminateOnNaN(): TerminateOnNaN {
  return new TerminateOnNaN();
}
