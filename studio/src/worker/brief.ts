import type { LabResult } from '../lab.ts';

const isResult = (value: unknown): value is LabResult =>
  typeof value === 'object' && value !== null && 'formulas' in value && 'quantities' in value;

/**
 * A result with one formula: hundreds of them take longer to travel than everything else, and a page that draws many
 * pictures a second shows one at a time.
 *
 * @param open Which number's; '' for the one in focus
 */
export function briefly(value: unknown, open: string): unknown {
  if (!isResult(value)) return value;
  const name = open === '' ? value.focus : open;
  const formula = name === undefined ? undefined : value.formulas[name];
  return { ...value, isBrief: true, formulas: name !== undefined && formula ? { [name]: formula } : {} };
}
