import type { MlpResult } from './result.ts';

/** The lecture's slips, each with what was printed and what is right; none is corrected in silence. */
export function Slips({ result, printed }: { readonly result: MlpResult; readonly printed: boolean }) {
  if (result.slips.length === 0) return null;
  return (
    <details class="slips" open={printed}>
      <summary>{result.slips.length} slips in the lecture’s printed tables</summary>
      <ol>
        {result.slips.map((slip) => (
          <li key={slip.printed}>
            <span class="printed">{slip.printed}</span> is printed; right is{' '}
            <span class="correct">{slip.correct}</span>. <span class="why">{slip.why}</span>{' '}
            <span class="where">({slip.where})</span>
          </li>
        ))}
      </ol>
    </details>
  );
}
