import { documentMarkdown, documentText, type Table } from '../document.ts';
import type { LayerSignal } from './signals.ts';
import { byGravity, shown, type Verdict } from './verdict.ts';

const TITLES = ['layer', 'mean', 'deviation', 'zero', 'log₁₀ ‖∂L/∂a‖', '‖∂L/∂w‖', '‖Δw‖/‖w‖'];

/** The findings about a model: what each layer does with its signals, and what to think of it. */
export class Diagnosis {
  /** The gravest first. */
  readonly verdicts: readonly Verdict[];
  readonly layers: readonly LayerSignal[];

  constructor(verdicts: readonly Verdict[], layers: readonly LayerSignal[] = []) {
    this.verdicts = byGravity(verdicts);
    this.layers = layers;
  }

  /** Whether nothing was found to be wrong. */
  get isHealthy(): boolean {
    return this.verdicts.every(({ severity }) => severity === 'good' || severity === 'note');
  }

  /** The verdict on a topic, the gravest where there are several. */
  of(topic: Verdict['topic']): Verdict | undefined {
    return this.verdicts.find((verdict) => verdict.topic === topic);
  }

  /** A table of layers and the verdicts, in plain text; `paint` colours a severity. */
  toText(paint: (text: string, severity: Verdict['severity']) => string = (text) => text): string {
    const verdicts = this.verdicts.map((verdict) =>
      [
        `${paint(verdict.severity.toUpperCase(), verdict.severity)} ${verdict.topic}: ${verdict.sentence}`,
        `  measured ${measuredText(verdict)}; threshold: ${verdict.threshold}`,
        ...verdict.remedies.map((remedy) => `  → ${remedy}`),
      ].join('\n'),
    );
    return [...this.#table().map((table) => documentText([table])), ...verdicts].join('\n\n');
  }

  toMarkdown(): string {
    const verdicts = this.verdicts.map((verdict) =>
      [
        `**${verdict.topic}** (${verdict.severity}): ${verdict.sentence}`,
        '',
        `Measured ${measuredText(verdict)}; threshold: ${verdict.threshold}.`,
        ...(verdict.remedies.length > 0 ? [''] : []),
        ...verdict.remedies.map((remedy) => `- ${remedy}`),
      ].join('\n'),
    );
    return [...this.#table().map((table) => documentMarkdown([table])), ...verdicts].join('\n\n');
  }

  toJSON(): { verdicts: readonly Verdict[]; layers: readonly LayerSignal[] } {
    return { verdicts: this.verdicts, layers: this.layers };
  }

  #table(): Table[] {
    const rows = this.layers.map((layer) => [
      layer.name,
      shown(layer.mean),
      shown(layer.deviation),
      shown(layer.zero),
      layer.gradientNorm > 0 ? Math.log10(layer.gradientNorm).toFixed(2) : '−∞',
      layer.weightGradientNorm === undefined ? '' : shown(layer.weightGradientNorm),
      layer.updateRatio === undefined ? '' : shown(layer.updateRatio),
    ]);
    const columns = TITLES.map((title, i) => ({ title, align: i === 0 ? 'left' : 'right' }) as const);
    return rows.length > 0 ? [{ kind: 'table', columns, rows }] : [];
  }
}

const measuredText = ({ measured }: Verdict): string =>
  Object.entries(measured)
    .map(([name, value]) => `${name} ${shown(value)}`)
    .join(', ');
