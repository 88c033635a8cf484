import { type Html, html } from './html.ts';
import type { Axis } from './scales.ts';

/** The size of every chart, in the units of its drawing; 13-unit labels stay legible at the width of a phone. */
export const CHART = { width: 420, height: 280, left: 54, right: 114, top: 14, bottom: 40 } as const;

/** The places between which values are drawn. */
export function plotArea(right: number = CHART.right): { x: [number, number]; y: [number, number] } {
  return { x: [CHART.left, CHART.width - right], y: [CHART.height - CHART.bottom, CHART.top] };
}

/** A chart with its title above and, below, the sentence that says what is to be seen in it. */
export function chart(title: string, sentence: string, marks: readonly Html[]): Html {
  return html`<figure><h3>${title}</h3>
<svg viewBox="0 0 ${CHART.width} ${CHART.height}" role="img" aria-label="${title}. ${sentence}">${marks}</svg>
<figcaption>${sentence}</figcaption></figure>`;
}

/** The axes of a chart: lines at the left and below, ticks with labels, and what each axis counts. */
export function axes(x: Axis, y: Axis, area: ReturnType<typeof plotArea>, below: string): Html {
  const [left, right] = area.x;
  const [bottom, top] = area.y;
  const down = y.ticks.map((tick) => {
    const at = place(y.scale(tick));
    return html`<path class="axis" d="M${left - 5} ${at}H${left}"/><text x="${left - 9}" y="${at + 4.5}" text-anchor="end">${y.label(tick)}</text>`;
  });
  const across = x.ticks.map((tick) => {
    const at = place(x.scale(tick));
    return html`<path class="axis" d="M${at} ${bottom}v5"/><text x="${at}" y="${bottom + 18}" text-anchor="middle">${x.label(tick)}</text>`;
  });
  return html`<path class="axis" d="M${left} ${top}V${bottom}H${right}"/>${down}${across}
<text x="${(left + right) / 2}" y="${CHART.height - 4}" text-anchor="middle">${below}</text>`;
}

/** A place on the page, to a tenth of a unit. */
export function place(value: number): number {
  return Math.round(value * 10) / 10;
}
