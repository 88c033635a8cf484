/** `Dense` → `dense`, `LeakyReLU` → `leaky_re_lu`: as Keras names layers and files. */
export function snakeCase(className: string): string {
  return className
    .replaceAll(/(.)([A-Z][a-z0-9]+)/g, '$1_$2')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** `base`, or the first of `base_1`, `base_2`, … that is not taken. */
export function freeName(base: string, taken: ReadonlySet<string>): string {
  let name = base;
  for (let i = 1; taken.has(name); i++) name = `${base}_${i}`;
  return name;
}
