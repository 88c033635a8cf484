/**
 * Errors are for people. Each says what was asked, what was expected, what was received and what to do;
 * the parts are fields, so that a page can lay them out and a test can read them.
 */
export interface ErrorParts {
  /** What was asked for, as the user would put it: `matmul of [2, 3] and [4, 5]`. */
  readonly asked: string;
  /** What would have been right. */
  readonly expected?: string;
  /** What was found instead. */
  readonly received?: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** The base of every error this library throws on purpose. */
export class PellucidError extends Error implements ErrorParts {
  readonly asked: string;
  readonly expected?: string;
  readonly received?: string;
  readonly fix?: string;

  constructor(parts: ErrorParts, options?: ErrorOptions) {
    super(sentence(parts), options);
    this.name = new.target.name;
    this.asked = parts.asked;
    if (parts.expected !== undefined) this.expected = parts.expected;
    if (parts.received !== undefined) this.received = parts.received;
    if (parts.fix !== undefined) this.fix = parts.fix;
  }
}

function sentence({ asked, expected, received, fix }: ErrorParts): string {
  let text = asked;
  if (expected !== undefined) text += `: expected ${expected}`;
  if (received !== undefined) text += expected === undefined ? `: found ${received}` : `, found ${received}`;
  if (!/[.!?]$/.test(text)) text += '.';
  if (fix === undefined) return text;
  return fix.startsWith('\n') ? text + fix : `${text} ${fix}`;
}

/** Shapes that do not fit together. */
export class ShapeError extends PellucidError {}

/** A dtype an operation does not take. */
export class DtypeError extends PellucidError {}

/** An argument or option outside of what a function takes. */
export class ArgumentError extends PellucidError {}

/** Something of the machine that is not there, or no longer: memory, a thread. */
export class ResourceError extends PellucidError {}

/** Where in a file something was found; lines and columns count from 1. */
export interface Place {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** A file or table whose contents are not what they should be. */
export class DataError extends PellucidError {
  readonly place: Place;

  constructor(parts: ErrorParts, place: Place = {}, options?: ErrorOptions) {
    const where = [place.file, place.line, place.column].filter((part) => part !== undefined).join(':');
    super(where === '' ? parts : { ...parts, asked: `${where}: ${parts.asked}` }, options);
    this.place = place;
  }
}

/** A graph that breaks its own rules: a defect of this library, not of its user. */
export class VerifyError extends PellucidError {}

/** A number that stopped being one: the loss became NaN or infinite. */
export class NumericError extends PellucidError {}
