import { LABS, type LabEntry } from '../labs/index.ts';

export interface Section {
  readonly number: string;
  readonly title: string;
}

export const SECTIONS: readonly Section[] = [
  { number: '1.1', title: 'Networks' },
  { number: '1.2', title: 'Activations and gates' },
  { number: '1.3', title: 'Perceptron learning' },
  { number: '1.4', title: 'Multi-layer perceptron' },
  { number: '1.5', title: 'Computational graphs' },
  { number: '1.6', title: 'Numerical stability' },
  { number: '1.7', title: 'Generalisation' },
];

export const labsOf = (section: string): LabEntry[] => LABS.filter((lab) => lab.section === section);

/** The sections before and after one: what it assumes, and what comes next. */
export function around(section: string): { before: Section | undefined; after: Section | undefined } {
  const at = SECTIONS.findIndex(({ number }) => number === section);
  return { before: SECTIONS[at - 1], after: SECTIONS[at + 1] };
}
