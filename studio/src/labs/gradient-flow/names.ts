/** The numbers of a layer, by what they are: names on the page. */
export interface LayerNames {
  readonly number: number;
  readonly log: string;
  readonly norm: string;
  readonly mean: string;
  readonly variance: string;
  readonly gradientNorm: string;
  readonly gradient: string;
  readonly measured: string;
  readonly expected: string;
  readonly share: string;
}

export const layerNames = (l: number): LayerNames => ({
  number: l,
  log: `lg G_${l}`,
  norm: `G_${l}`,
  mean: `m_${l}`,
  variance: `v_${l}`,
  gradientNorm: `A_${l}`,
  gradient: `d_${l}`,
  measured: `b_${l}`,
  expected: `k_${l}`,
  share: `s_${l}`,
});

/** The numbers of a unit: ‖∂L/∂w‖, mean and variance of its outputs, ‖∂L/∂a‖, and examples it is on or saturated for. */
export const unitNames = (l: number, j: number | string) => ({
  weights: `G_${l},${j}`,
  mean: `m_${l},${j}`,
  variance: `v_${l},${j}`,
  gradient: `A_${l},${j}`,
  count: `c_${l},${j}`,
});
