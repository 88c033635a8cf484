/** Mean and (population) standard deviation, for making numbers comparable: z = (x − mean) / deviation. */
export interface Moments {
  readonly mean: number;
  /** Never 0: values that are all the same are left with deviation 1. */
  readonly deviation: number;
}

/** In two passes: the textbook's E[x²] − E[x]² cancels to nothing where the mean is large. */
export function momentsOf(values: Float64Array): Moments {
  if (values.length === 0) return { mean: 0, deviation: 1 };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const deviation = Math.sqrt(variance);
  // The mean of equal values may be off by a rounding error; that is no deviation to divide by.
  return { mean, deviation: deviation > 1e-12 * Math.abs(mean) ? deviation : 1 };
}
