import { type Html, html } from './html.ts';
import { alike, chosen, count, isFiniteNumber, measured, percent } from './numbers.ts';
import { pictureAddress } from './picture.ts';
import type { Cell, Mistake, Picture } from './run.ts';

const MOST_PICTURES = 24;
const MOST_ROWS = 20;
const MOST_COLUMNS = 24;
const LONG_TEXT = 24;

interface Pictured extends Mistake {
  readonly picture: Picture;
}

/** The examples of the highest loss: as pictures where they are pictures, else as the rows that they came from. */
export function mistakesSection(mistakes: readonly Mistake[], target: string, split: string): Html {
  const pictured = mistakes.filter((mistake): mistake is Pictured => mistake.picture !== undefined);
  if (pictured.length > 0) {
    return html`<ul class="pictures">${pictured.slice(0, MOST_PICTURES).map((mistake) => pictureItem(mistake, split))}</ul>`;
  }
  return mistakeTable(mistakes.slice(0, MOST_ROWS), target, split);
}

function pictureItem(mistake: Pictured, split: string): Html {
  const { index, truth, predicted, probability, loss, picture } = mistake;
  const said =
    truth === predicted
      ? `${answer(truth)}, barely recognised`
      : `${answer(truth)}, taken for ${answer(predicted)}`;
  const sure = isFiniteNumber(probability) && html`<span class="soft">${percent(probability)} sure</span>`;
  return html`<li><img src="${pictureAddress(picture)}" width="${picture.width}" height="${picture.height}" alt="${split} example ${index}: ${said}">
<span>${answer(truth)} → <strong>${answer(predicted)}</strong></span>${sure}<span class="soft">loss ${measured(loss, 3)}, no. ${count(index)}</span></li>\n`;
}

function mistakeTable(mistakes: readonly Mistake[], target: string, split: string): Html {
  const columns = [...new Set(mistakes.flatMap((mistake) => Object.keys(mistake.row ?? {})))]
    .filter((column) => column !== target)
    .slice(0, MOST_COLUMNS);
  const sure = mistakes.some((mistake) => isFiniteNumber(mistake.probability));
  const fair = mistakes.some((mistake) => isFiniteNumber(mistake.truthProbability));
  const value = alike(mistakes.flatMap(({ truth, predicted }) => [truth, predicted].filter(isNumber)));
  const rows = mistakes.map(
    (mistake) => html`<tr><th scope="row" class="number">${count(mistake.index)}</th>
${answerCell(mistake.truth, value)}${answerCell(mistake.predicted, value)}${sure && html`<td class="number">${percent(mistake.probability)}</td>`}${fair && html`<td class="number">${percent(mistake.truthProbability)}</td>`}<td class="number">${measured(mistake.loss, 3)}</td>${columns.map((column) => rowCell(mistake.row?.[column]))}</tr>\n`,
  );
  const numeric = mistakes.some((mistake) => isNumber(mistake.truth)) && 'number';
  return html`<div class="scroll" tabindex="0" role="region" aria-label="The worst mistakes"><table>
<thead><tr><th scope="col" class="number">${split} no.</th><th scope="col" class="${numeric}">true ${target}</th><th scope="col" class="${numeric}">predicted</th>${sure && html`<th scope="col" class="number">probability</th>`}${fair && html`<th scope="col" class="number">of the truth</th>`}<th scope="col" class="number">loss</th>${columns.map((column) => html`<th scope="col" class="${mistakes.some((mistake) => typeof mistake.row?.[column] === 'number') && 'number'}">${column}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function answerCell(value: string | number, figure: ReturnType<typeof alike>): Html {
  return isNumber(value) ? html`<td class="number">${figure(value)}</td>` : rowCell(value);
}

function rowCell(value: Cell | undefined): Html {
  if (isNumber(value)) return html`<td class="number">${chosen(value)}</td>`;
  const text = value === null || value === undefined ? '–' : String(value);
  return html`<td class="${text.length > LONG_TEXT && 'words'}">${text}</td>`;
}

function answer(value: string | number): string {
  return isNumber(value) ? measured(value) : value;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}
