import { createHash } from 'node:crypto';

/** The steps of a shaded cell, from a trace to a whole row. */
export const SHADES = 10;

// Text on a shaded cell is always ink: these are the deepest grounds on which it keeps a contrast of 4.5 to 1.
const DEEPEST = { light: 62, dark: 42 };
// And the faintest that can be told from the paper.
const FAINTEST = 10;

/** The colours of the page, light and dark. */
export const PALETTE = {
  light: {
    paper: '#FBFAF7',
    ink: '#1B1F24',
    soft: '#575D66',
    rule: '#DAD7CF',
    blue: '#1F5FA8',
    rust: '#A6480A',
  },
  dark: {
    paper: '#14171C',
    ink: '#E9E6DF',
    soft: '#A3A8B0',
    rule: '#343A43',
    blue: '#6FB1F0',
    rust: '#F0A35E',
  },
} as const;

type Scheme = keyof typeof PALETTE;

/** The page's whole style: nothing in it is fetched, and no element carries a style of its own. */
export function styleSheet(): string {
  return `:root { color-scheme: light dark; ${variables('light')} }
@media (prefers-color-scheme: dark) { :root { ${variables('dark')} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 18px/28px "Source Serif 4", "Source Serif Pro", Charter, "Iowan Old Style", Georgia, "DejaVu Serif", serif; }
main { max-width: 1020px; margin: 0 auto; padding: 56px 28px 72px; }
h1 { margin: 4px 0 16px; font-size: 38px; line-height: 46px; font-weight: 600; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { margin: 64px 0 8px; padding-top: 14px; border-top: 1px solid var(--rule); font-size: 25px; line-height: 34px; font-weight: 600; }
h3 { margin: 0 0 2px; font-size: 18px; line-height: 28px; font-weight: 600; }
p { margin: 0 0 14px; max-width: 40em; overflow-wrap: anywhere; }
.soft, figcaption, summary { color: var(--soft); }
.kicker, summary, figcaption { font-size: 15px; line-height: 22px; }
.kicker { margin: 0; }
code, pre, td, th, .figure, svg text { font-family: "JetBrains Mono", ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-variant-numeric: tabular-nums; }
code { font-size: 0.86em; overflow-wrap: anywhere; }
pre { margin: 8px 0 16px; padding: 12px 16px; border-left: 3px solid var(--blue); font-size: 14px; line-height: 22px;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.figures { display: flex; flex-wrap: wrap; gap: 20px 40px; margin: 36px 0 0; padding: 0; }
.figures dt { color: var(--soft); font-size: 15px; line-height: 22px; }
.figures dd { margin: 0; }
.figure { font-size: 25px; line-height: 34px; white-space: nowrap; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 32px 44px; margin: 20px 0 16px; }
figure { margin: 0; min-width: 0; }
figure svg { display: block; width: 100%; height: auto; margin: 6px 0; }
svg text { font-size: 13px; fill: var(--soft); }
svg .axis { stroke: var(--rule); fill: none; }
svg .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
svg .dashed { stroke-dasharray: 7 5; }
svg .blue { stroke: var(--blue); } svg .rust { stroke: var(--rust); }
svg .lone.blue, svg .best.blue { fill: var(--blue); } svg .lone.rust, svg .best.rust { fill: var(--rust); }
svg .lone { stroke: none; }
svg text.blue { fill: var(--blue); stroke: none; } svg text.rust { fill: var(--rust); stroke: none; }
svg .mark { stroke: var(--soft); stroke-dasharray: 1 3; }
svg .dot { fill: var(--blue); fill-opacity: 0.45; stroke: none; }
svg .bar { fill: var(--blue); stroke: none; }
svg .bar.below { fill: var(--rust); }
details { margin: 8px 0; }
summary { cursor: pointer; width: fit-content; }
summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--blue); outline-offset: 3px; }
.scroll { overflow-x: auto; max-width: 100%; margin: 12px 0; }
.tall { max-height: 420px; overflow-y: auto; }
table { border-collapse: collapse; font-size: 14px; line-height: 22px; }
th, td { padding: 5px 18px 5px 0; text-align: left; vertical-align: top; font-weight: 400; white-space: nowrap; }
th { white-space: normal; overflow-wrap: break-word; }
thead th { color: var(--soft); border-bottom: 1px solid var(--rule); vertical-align: bottom; }
tbody tr + tr > * { border-top: 1px solid var(--rule); }
.picture tbody tr + tr > * { border-top: 0; }
.picture td { padding: 0 8px 0 0; line-height: 1.1; }
.number { text-align: right; white-space: nowrap; }
td.words { min-width: 14em; white-space: normal; overflow-wrap: anywhere; }
tfoot tr > * { border-top: 1px solid var(--soft); }
.confusion td, .confusion th { padding: 7px 12px; }
.confusion tbody th, .confusion thead th:first-child { padding-left: 0; min-width: 7em; max-width: 14em; }
.confusion .number { min-width: 3.6em; }
.confusion tbody tr > * { border-top: 2px solid var(--paper); }
.confusion .zero { color: var(--soft); }
${shades()}
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(132px, 1fr)); gap: 28px 24px; margin: 20px 0; padding: 0; list-style: none; }
.pictures img { display: block; width: 132px; height: 132px; object-fit: contain; image-rendering: pixelated; background: #000; margin-bottom: 8px; }
.pictures span { display: block; font-size: 15px; line-height: 22px; overflow-wrap: anywhere; }
.settings { columns: 2 340px; column-gap: 44px; margin: 12px 0; font-size: 14px; line-height: 22px; }
.settings div { display: flex; justify-content: space-between; gap: 16px; padding: 4px 0; break-inside: avoid; border-bottom: 1px solid var(--rule); }
.settings dt { color: var(--soft); }
.settings dd { margin: 0; text-align: right; overflow-wrap: anywhere; font-family: "JetBrains Mono", ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-variant-numeric: tabular-nums; }
@media (max-width: 600px) {
  main { padding: 28px 18px 48px; }
  h1 { font-size: 29px; line-height: 36px; }
  h2 { margin-top: 44px; }
  .figures { gap: 16px 36px; }
  .figure { font-size: 20px; line-height: 28px; }
  .pictures { grid-template-columns: 1fr 1fr; }
}
@media print { main { padding: 0; } .tall { max-height: none; } }
`;
}

/** A policy that allows the page its own style and its own pictures, and nothing else from anywhere. */
export function contentPolicy(style: string): string {
  const hash = createHash('sha256').update(style).digest('base64');
  return `default-src 'none'; img-src data:; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}

/** The ground of a cell shaded by `step` of `SHADES`, in percent of colour over paper. */
export function shadeDepth(scheme: Scheme, step: number): number {
  return FAINTEST + ((DEEPEST[scheme] - FAINTEST) * (step - 1)) / (SHADES - 1);
}

function variables(scheme: Scheme): string {
  const colours = Object.entries(PALETTE[scheme]).map(([name, colour]) => `--${name}: ${colour};`);
  const depths = Array.from(
    { length: SHADES },
    (_, at) => `--d${at + 1}: ${shadeDepth(scheme, at + 1).toFixed(1)}%;`,
  );
  return [...colours, ...depths].join(' ');
}

function shades(): string {
  const steps = Array.from({ length: SHADES }, (_, at) => at + 1);
  const rule = (colour: string, step: number) =>
    `.${colour}${step} { background: color-mix(in srgb, var(--${colour}) var(--d${step}), var(--paper)); }`;
  return steps.map((step) => `${rule('blue', step)} ${rule('rust', step)}`).join('\n');
}
