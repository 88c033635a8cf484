import { InvalidArgumentError } from 'commander';

/** Reads a number of an option, or says what it should have been. */
export function numberOption(allowed: (value: number) => boolean, expected: string) {
  return (text: string): number => {
    const value = Number(text.replace('−', '-'));
    if (text.trim() === '' || !allowed(value)) {
      throw new InvalidArgumentError(`expected ${expected}, found "${text}".`);
    }
    return value;
  };
}

export const whole = numberOption(
  (value) => Number.isInteger(value) && value >= 1 && value <= 10_000,
  'a whole number from 1 to 10,000',
);
export const positive = numberOption((value) => value > 0 && Number.isFinite(value), 'a number above 0');
export const notNegative = numberOption(
  (value) => value >= 0 && Number.isFinite(value),
  'a number, at least 0',
);
