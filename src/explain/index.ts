/** Opening every number: expressions, the ledger of a network, floating point. A contents page. */
import '../training/defaultBackend.ts';

export * from './diagnose/index.ts';
export {
  type Block,
  documentHTML,
  documentMarkdown,
  documentText,
  type Table,
  type TableColumn,
} from './document.ts';
export { columnsOf, DRAWING_STYLE } from './expression/drawing.ts';
export { type Contribution, Evaluation } from './expression/evaluation.ts';
export { ExpressionGraph, graph } from './expression/graph.ts';
export { ExpressionError } from './expression/parse.ts';
export { type Step, symbolOf } from './expression/step.ts';
export { type ActivationRow, activationRow } from './ledger/activations.ts';
export { type ExplainOptions, explain } from './ledger/explain.ts';
export { Ledger } from './ledger/ledger.ts';
export { halfSquaredError, type LossRow, lossRow, type OutputRow } from './ledger/losses.ts';
export type { NodeEntry, NodeLevel } from './ledger/nodes.ts';
export { DESCRIPTIONS } from './ledger/primitives.ts';
export type { Part } from './ledger/print.ts';
export type { Cell, Quantity, Role } from './ledger/quantity.ts';
export { ruleOf, type SlotRule, type StepRule } from './ledger/rules.ts';
export type { Section } from './ledger/section.ts';
export {
  describeFloat,
  FLOAT_NAMES,
  type FloatDescription,
  floatBlocks,
  stabilityBlocks,
} from './numbers/describe.ts';
export {
  type BitFields,
  bitsOf,
  exactDecimal,
  FLOAT_FORMATS,
  type FloatName,
  floatFormat,
  limitsOf,
  nextDown,
  nextUp,
  round,
  spacing,
  valueOfBits,
} from './numbers/formats.ts';
export {
  halfPrecisionDescent,
  PRECISIONS,
  type Precision,
  type PrecisionRun,
} from './numbers/mixedPrecision.ts';
export { arithmetic, type Phenomenon, phenomena } from './numbers/phenomena.ts';
export { type StabilityRow, stability } from './numbers/softmax.ts';
