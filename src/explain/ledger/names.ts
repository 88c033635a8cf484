import { weightName } from '../../units/names.ts';

/** What the numbers of a fully connected layer are called; units and inputs count from 0 here. */
export interface UnitNames {
  readonly input: (i: number) => string;
  readonly net: (j: number) => string;
  readonly output: (j: number) => string;
  readonly error: (j: number) => string;
  readonly target: (j: number) => string;
  readonly weight: (i: number, j: number) => string;
  readonly bias: (j: number) => string;
}

/**
 * The lecture's names: nodes are numbered through all layers, inputs first. O₅ is the output of node 5, w₁₅ the weight
 * from node 1 to node 5.
 *
 * @param before nodes before the layer's inputs
 * @param inputs how many inputs the layer has
 */
export function lectureNames(before: number, inputs: number): UnitNames {
  const from = (i: number) => before + i + 1;
  const to = (j: number) => before + inputs + j + 1;
  return {
    input: (i) => (before === 0 ? `x_${from(i)}` : `O_${from(i)}`),
    net: (j) => `I_${to(j)}`,
    output: (j) => `O_${to(j)}`,
    error: (j) => `Error_${to(j)}`,
    target: (j) => `t_${to(j)}`,
    weight: (i, j) => weightName(from(i), to(j)),
    bias: (j) => `θ_${to(j)}`,
  };
}

/**
 * Names within one layer, where nodes of other kinds of layers stand between.
 *
 * @param mark of the layer, where several are fully connected: `⁽²⁾`
 */
export const localNames = (mark = ''): UnitNames => ({
  input: (i) => `x${mark}_${i + 1}`,
  net: (j) => `I${mark}_${j + 1}`,
  output: (j) => `O${mark}_${j + 1}`,
  error: (j) => `Error${mark}_${j + 1}`,
  target: (j) => `t${mark}_${j + 1}`,
  weight: (i, j) => weightName(i + 1, j + 1).replace('w', `w${mark}`),
  bias: (j) => `θ${mark}_${j + 1}`,
});

export const LOCAL_NAMES: UnitNames = localNames();
