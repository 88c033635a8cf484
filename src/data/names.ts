/**
 * The name closest to a mistyped one, if any is close enough to have been meant: at most a third of its
 * letters differ, or it is the same but for upper and lower case.
 */
export function nearestName(wanted: string, names: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(wanted.toLowerCase(), name.toLowerCase());
    if (distance < least) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

/** The sentence that helps after a name was not found: `Did you mean "species"? There are: …`. */
export function suggestName(wanted: string, names: readonly string[]): string {
  const nearest = nearestName(wanted, names);
  const shown = names.slice(0, 20).map((name) => `"${name}"`);
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  const list = `There are: ${shown.join(', ')}${more}.`;
  return nearest === undefined ? list : `Did you mean "${nearest}"? ${list}`;
}

/** @see Wagner & Fischer, "The String-to-String Correction Problem", JACM 1974. One row of the table is kept. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const kept = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(kept, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    above = row;
  }
  return above[b.length] ?? 0;
}
