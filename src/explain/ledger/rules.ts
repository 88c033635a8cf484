import type { Optimizer } from '../../training/optimizers.ts';
import {
  add,
  call,
  divide,
  type Expression,
  multiply,
  negate,
  number,
  type Operand,
  operand,
  power,
  subtract,
  sum,
} from '../../units/formula.ts';

/** A number that an optimizer keeps for each weight, and how a step changes it. */
export interface SlotRule {
  /** `m`: the first letter of its symbol. */
  readonly letter: string;
  readonly words: string;
  readonly next: (old: Operand, gradient: Operand) => Expression;
}

/** How an optimizer moves a weight, from the gradient and from what it keeps. */
export interface StepRule {
  readonly slots: readonly SlotRule[];
  /** Δw, from the slots as they are after the step. */
  readonly change: (of: { gradient: Operand; weight: Operand; slots: readonly Operand[] }) => Expression;
}

/** Settings under which rules hold as they are written here. */
const PLAIN: Readonly<Record<string, unknown>> = {
  clipnorm: null,
  globalClipnorm: null,
  clipvalue: null,
  useEma: false,
  lossScaleFactor: null,
  gradientAccumulationSteps: null,
  amsgrad: false,
  centered: false,
};

/** β·old + (1 − β)·new: a moving mean. */
const movingMean = (beta: Operand, old: Operand, fresh: Expression): Expression =>
  sum([multiply(beta, old), multiply(subtract(number(1), beta), fresh)]);

/**
 * The rule of an optimizer whose step can be written down weight by weight; undefined for others.
 *
 * @param iteration steps done before, which Adam corrects its moving means by
 */
export function ruleOf(optimizer: Optimizer, iteration: number): StepRule | undefined {
  const config = optimizer.config();
  const plain = Object.entries(PLAIN).every(([name, value]) => (config[name] ?? value) === value);
  if (!plain || typeof config.learningRate !== 'number') return undefined;
  const setting = (name: string, symbol: string) => operand(symbol, Number(config[name] ?? 0));
  const rule = RULES[optimizer.className]?.(setting, iteration + 1, config);
  const decay = Number(config.weightDecay ?? 0);
  if (!rule || decay === 0) return rule;
  // The weight has decayed before the step is taken.
  const shrink = (weight: Operand) => multiply(setting('learningRate', 'α'), operand('λ', decay), weight);
  return { ...rule, change: (of) => subtract(rule.change(of), shrink(of.weight)) };
}

type Setting = (name: string, symbol: string) => Operand;
type RuleMaker = (
  setting: Setting,
  step: number,
  config: Readonly<Record<string, unknown>>,
) => StepRule | undefined;

const scaled = (rate: Operand, gradient: Operand, square: Operand, epsilon: Operand): Expression =>
  negate(divide(multiply(rate, gradient), call('sqrt', add(square, epsilon))));

const adam: RuleMaker = (setting, step) => {
  const [rate, beta1, beta2] = [
    setting('learningRate', 'α'),
    setting('beta1', 'β_1'),
    setting('beta2', 'β_2'),
  ];
  const missing = (beta: Operand) => subtract(number(1), power(beta, step));
  return {
    slots: [
      { letter: 'm', words: 'moving mean of the gradient', next: (old, g) => movingMean(beta1, old, g) },
      {
        letter: 'v',
        words: 'moving mean of its square',
        next: (old, g) => movingMean(beta2, old, power(g, 2)),
      },
    ],
    change: ({ slots: [m, v] }) => {
      const size = add(call('sqrt', v as Operand), setting('epsilon', 'ε'));
      const corrected = divide(call('sqrt', missing(beta2)), missing(beta1));
      return negate(multiply(rate, corrected, divide(m as Operand, size)));
    },
  };
};

const RULES: Readonly<Record<string, RuleMaker>> = {
  SGD: (setting, _, config) => {
    const [rate, momentum] = [setting('learningRate', 'α'), setting('momentum', 'μ')];
    const down = (g: Operand) => multiply(rate, g);
    if (momentum.value === 0) return { slots: [], change: ({ gradient }) => negate(down(gradient)) };
    return {
      slots: [
        {
          letter: 'v',
          words: 'velocity',
          next: (old, g) => subtract(multiply(momentum, old), down(g)),
        },
      ],
      change: ({ gradient, slots: [velocity] }) =>
        config.nesterov === true
          ? subtract(multiply(momentum, velocity as Operand), down(gradient))
          : (velocity as Operand),
    };
  },
  Adagrad: (setting) => ({
    slots: [{ letter: 'a', words: 'sum of squared gradients', next: (old, g) => sum([old, power(g, 2)]) }],
    change: ({ gradient, slots: [total] }) =>
      scaled(setting('learningRate', 'α'), gradient, total as Operand, setting('epsilon', 'ε')),
  }),
  RMSprop: (setting) =>
    setting('momentum', 'μ').value === 0
      ? {
          slots: [
            {
              letter: 's',
              words: 'moving mean of the squared gradient',
              next: (old, g) => movingMean(setting('rho', 'ρ'), old, power(g, 2)),
            },
          ],
          change: ({ gradient, slots: [mean] }) =>
            scaled(setting('learningRate', 'α'), gradient, mean as Operand, setting('epsilon', 'ε')),
        }
      : undefined,
  Adam: adam,
  AdamW: adam,
};
