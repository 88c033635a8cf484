import type { Layer } from '../layers/layer.ts';
import { type Fields, isJson, type Json } from './kerasFields.ts';
import type { Entry } from './kerasLayer.ts';

/** The arguments that say which steps count, as layers before have found; `attentionMask` is an input. */
const MASKS: ReadonlySet<string> = new Set(['mask', 'queryMask', 'valueMask', 'keyMask']);
export const isMaskArgument = (name: string): boolean => MASKS.has(name);

/** An operation of a file, with the calls it says to make. */
interface FileOperation {
  readonly className: string;
  readonly fields: Fields;
  readonly config: Json;
  readonly calls: readonly unknown[];
}

/**
 * The operations by which a file says how masks come about. Here layers pass masks on by themselves, so that nothing
 * has to be computed; but it has to be the same mask.
 */
export class MaskRecord {
  readonly #operations = new Map<string, FileOperation>();

  add(name: string, { className, fields, json }: Entry, calls: readonly unknown[]): void {
    const config = isJson(json.config) ? json.config : {};
    this.#operations.set(name, { className, fields, config, calls });
  }

  operation(name: string): FileOperation | undefined {
    return this.#operations.get(name);
  }

  /**
   * Follows a mask back to where numbers are compared with one that stands for nothing.
   *
   * @param callsOn the layers that are called on a tensor
   * @throws DataError when no layer that makes masks does the same with the same numbers
   */
  check(mask: unknown, callsOn: (triple: unknown) => readonly Layer[], fields: Fields): void {
    const seen = new Set<string>();
    const pending = [mask];
    for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
      if (Array.isArray(value)) pending.push(...value.filter((item) => item !== null));
      if (!isJson(value) || !isJson(value.config)) continue;
      const history = value.config.keras_history;
      const name = Array.isArray(history) ? `${history[0]}` : '';
      const operation = this.#operations.get(name);
      if (!operation) throw refused(fields);
      if (seen.has(name)) continue;
      seen.add(name);
      const [call] = operation.calls;
      const args = isJson(call) && Array.isArray(call.args) ? call.args : [];
      if (operation.className === 'NotEqual') checkComparison(args, callsOn, fields);
      else pending.push(...args);
    }
  }
}

function checkComparison(
  [tensor, value]: readonly unknown[],
  callsOn: (triple: unknown) => readonly Layer[],
  fields: Fields,
): void {
  const config: Json = isJson(tensor) && isJson(tensor.config) ? tensor.config : {};
  const same = callsOn(config.keras_history).some((layer) => {
    const { maskZero, maskValue } = layer.config();
    if (layer.className === 'Embedding') return maskZero === true && value === 0;
    return layer.className === 'Masking' && maskValue === value;
  });
  if (!same) throw refused(fields);
}

const refused = (fields: Fields) =>
  fields.refusal(
    'the mask that the layers before it make',
    'one that was made by hand',
    'Make it with a Masking layer, or an Embedding with mask_zero.',
  );
