/** Opening every number: expressions, the ledger of a network, floating point. A contents page. */
export * from './diagnose/index.ts';
export { type Block, documentHTML, documentMarkdown, documentText, type Table } from './document.ts';
export { DRAWING_STYLE } from './expression/drawing.ts';
export { type Contribution, Evaluation } from './expression/evaluation.ts';
export { ExpressionGraph, graph } from './expression/graph.ts';
export { ExpressionError } from './expression/parse.ts';
export { type Step, symbolOf } from './expression/step.ts';
