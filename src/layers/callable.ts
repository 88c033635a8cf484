/** The method that runs when a `Callable` is called. */
export const INVOKE = Symbol('invoke');

/**
 * An object that is a function as well: the constructor returns a function that has the class's prototype, so that
 * subclasses give it methods, fields and private fields as usual. Calling it calls its method `[INVOKE]`.
 */
export abstract class Callable {
  constructor() {
    const self: Invocable = Object.setPrototypeOf(
      (...given: unknown[]) => self[INVOKE](given),
      new.target.prototype,
    );
    return self;
  }
}

interface Invocable {
  [INVOKE](given: readonly unknown[]): unknown;
}
