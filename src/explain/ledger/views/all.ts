import type { Quantity } from '../quantity.ts';
import { elementOf, gradientOf, type Section, type ViewContext } from '../section.ts';
import { denseView } from './dense.ts';
import { changes } from './updates.ts';

/** The views that layers have, the first that fits a layer is its. */
const VIEWS: readonly ((context: ViewContext) => Section | undefined)[] = [denseView];

/** A layer's section: its own view, or its outputs and weights as they are, below which are the nodes. */
export function viewOf(context: ViewContext): Section {
  for (const view of VIEWS) {
    const section = view(context);
    if (section) return section;
  }
  return plainView(context);
}

function plainView({ key, call, recording, examples, update }: ViewContext): Section {
  const { layer, output } = call;
  const out: Quantity = {
    key: `${key}.O`,
    role: 'output',
    title: 'output',
    shape: output.shape.slice(1),
    symbol: (flat) => `O_${flat + 1}`,
    value: elementOf(recording, output, examples),
    gradient: gradientOf(recording, output, examples),
  };
  const weights = layer.weights.flatMap((variable): Quantity[] => {
    const weight: Quantity = {
      key: `${key}.${variable.name}`,
      role: 'weight',
      title: variable.name,
      shape: variable.shape,
      shared: true,
      symbol: (flat) => `${variable.name}[${flat}]`,
      value: (flat) => recording.value(variable.node).data[flat] ?? Number.NaN,
      ...(variable.trainable && {
        gradient: (flat) => (recording.gradient(variable.node)?.data[flat] ?? Number.NaN) / examples,
      }),
    };
    const changed =
      update && variable.trainable ? changes(weight, { update, examples, node: variable.node }) : [];
    return [weight, ...changed];
  });
  return {
    key,
    name: layer.name,
    title: `${layer.name} (${layer.className})`,
    quantities: [out, ...weights],
  };
}
