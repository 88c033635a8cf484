import { accuracyOf, type Confusion, classFigures, className, worstMixups } from './confusion.ts';
import { type Html, html } from './html.ts';
import { count, counted, percent } from './numbers.ts';
import { SHADES } from './style.ts';

const MOST_CLASSES = 30;
const MOST_MIXUPS = 12;

/** What is taken for what: the confusion matrix as a shaded table; with many classes, the worst pairs. */
export function confusionSection(
  confusion: Confusion,
  names: readonly string[] | undefined,
  split: string,
): Html {
  const table = confusion.length <= MOST_CLASSES ? matrix(confusion, names) : mixups(confusion, names);
  return html`<p>${confusionSentence(confusion, names, split)}</p>${table}`;
}

function confusionSentence(
  confusion: Confusion,
  names: readonly string[] | undefined,
  split: string,
): string {
  const total = confusion.flat().reduce((sum, cell) => sum + cell, 0);
  const wrong = total - confusion.reduce((sum, row, at) => sum + (row[at] ?? 0), 0);
  const told = `Of ${counted(total, `${split} example`)}, ${count(wrong)} ${wrong === 1 ? 'was' : 'were'} taken for another class; ${percent(accuracyOf(confusion))} were right.`;
  const worst = worstMixups(confusion, 1)[0];
  if (worst === undefined) return told;
  const [truth, predicted] = [className(names, worst.truth), className(names, worst.predicted)];
  return `${told} Most often, ${truth} was taken for ${predicted}: ${counted(worst.count, 'time')}, ${percent(worst.share)} of all ${truth}.`;
}

function matrix(confusion: Confusion, names: readonly string[] | undefined): Html {
  const figures = classFigures(confusion);
  const heads = confusion.map((_, at) => html`<th scope="col" class="number">${className(names, at)}</th>`);
  const rows = confusion.map((row, at) => {
    const cells = row.map((cell, column) => shaded(cell, cell / (figures[at]?.support ?? 1), column === at));
    const { recall, precision } = figures[at] ?? {};
    return html`<tr><th scope="row">${className(names, at)}</th>${cells}<td class="number">${percent(recall)}</td><td class="number">${percent(precision)}</td></tr>\n`;
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix"><table class="confusion">
<thead><tr><th scope="col">true ╲ predicted</th>${heads}<th scope="col" class="number">recall</th><th scope="col" class="number">precision</th></tr></thead>
<tbody>${rows}</tbody></table></div>
<p class="kicker soft">Rows are true classes, columns predicted ones. Blue is right, rust is wrong; the deeper, the larger the share of the row.</p>`;
}

function shaded(cell: number, share: number, right: boolean): Html {
  if (!(share > 0)) return html`<td class="number zero">0</td>`;
  // Even one example among thousands leaves a trace.
  const step = Math.max(1, Math.round(share * SHADES));
  return html`<td class="number ${right ? 'blue' : 'rust'}${step}">${count(cell)}</td>`;
}

function mixups(confusion: Confusion, names: readonly string[] | undefined): Html {
  const rows = worstMixups(confusion, MOST_MIXUPS).map(
    (mixup) =>
      html`<tr><th scope="row">${className(names, mixup.truth)}</th><td>${className(names, mixup.predicted)}</td><td class="number">${count(mixup.count)}</td><td class="number">${percent(mixup.share)}</td></tr>\n`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Classes mixed up most"><table>
<thead><tr><th scope="col">true</th><th scope="col">predicted</th><th scope="col" class="number">times</th><th scope="col" class="number">of the class</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}
