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

/** What is known of one weight when what is kept for it changes. */
export interface StepNumbers {
  /** As it moves the weight: clipped, where gradients are. */
  readonly gradient: Operand;
  readonly weight: Operand;
  /** What is kept, before the step and after it, in the order of the slots. */
  readonly before: readonly Operand[];
  readonly slots: readonly Operand[];
}

/** A number that an optimizer keeps for each weight, and how a step changes it. */
export interface SlotRule {
  /** `m`: the first letter of its symbol. */
  readonly letter: string;
  readonly words: string;
  readonly next: (old: Operand, of: StepNumbers) => Expression;
}

/** How an optimizer moves a weight, from the gradient and from what it keeps. */
export interface StepRule {
  readonly slots: readonly SlotRule[];
  /** How many of a weight's slots lie in each block, where the optimizer goes through all weights block by block. */
  readonly blocks?: readonly number[];
  /** Δw, from the slots as they are after the step. */
  readonly change: (of: StepNumbers) => Expression;
}

/** Under these settings a weight does not move by the rule in every step. */
const PLAIN: Readonly<Record<string, unknown>> = { gradientAccumulationSteps: null };

/** β·old + (1 − β)·new: a moving mean. */
export const movingMean = (beta: Operand, old: Operand, fresh: Expression): Expression =>
  sum([multiply(beta, old), multiply(subtract(number(1), beta), fresh)]);

/**
 * The rule of an optimizer whose step can be written down weight by weight; undefined for others.
 *
 * @param rate the learning rate of this step
 * @param iteration steps done before, which Adam corrects its moving means by
 */
export function ruleOf(optimizer: Optimizer, rate: Operand, iteration: number): StepRule | undefined {
  const config = optimizer.config();
  const isPlain = Object.entries(PLAIN).every(([name, value]) => (config[name] ?? value) === value);
  if (!isPlain) return undefined;
  const setting = (name: string, symbol: string) => operand(symbol, Number(config[name] ?? 0));
  return RULES[optimizer.className]?.({ rate, setting, step: iteration + 1, config });
}

/** The rule of a weight that decays before the step is taken. */
export function withDecay(rule: StepRule, rate: Operand, decay: number): StepRule {
  const shrink = (weight: Operand) => multiply(rate, operand('λ', decay), weight);
  return { ...rule, change: (of) => subtract(rule.change(of), shrink(of.weight)) };
}

interface RuleArguments {
  readonly rate: Operand;
  readonly setting: (name: string, symbol: string) => Operand;
  /** 1 for the first. */
  readonly step: number;
  readonly config: Readonly<Record<string, unknown>>;
}
type RuleMaker = (of: RuleArguments) => StepRule;

const at = (list: readonly Operand[], i: number): Operand => list[i] as Operand;

const scaled = (rate: Operand, gradient: Operand, square: Expression, epsilon: Operand): Expression =>
  divide(multiply(rate, gradient), call('sqrt', add(square, epsilon)));

/** 1 − βᵗ: what a moving mean that began at 0 has come to have of its weight. */
const weightSoFar = (beta: Operand, step: number) => subtract(number(1), power(beta, step));

const meanOfGradient = (beta: Operand): SlotRule => ({
  letter: 'm',
  words: 'moving mean of the gradient',
  next: (old, { gradient }) => movingMean(beta, old, gradient),
});
const meanOfSquare = (letter: string, beta: Operand): SlotRule => ({
  letter,
  words: 'moving mean of its square',
  next: (old, { gradient }) => movingMean(beta, old, power(gradient, 2)),
});

const adam: RuleMaker = ({ rate, setting, step, config }) => {
  const [beta1, beta2] = [setting('beta1', 'β_1'), setting('beta2', 'β_2')];
  const greatest: SlotRule = {
    letter: 'v̂',
    words: 'the greatest of these so far',
    next: (old, { slots }) => call('max', old, at(slots, 1)),
  };
  const isGreatest = config.amsgrad === true;
  return {
    slots: [meanOfGradient(beta1), meanOfSquare('v', beta2), ...(isGreatest ? [greatest] : [])],
    blocks: [2, 1],
    change: ({ slots }) => {
      const size = add(call('sqrt', at(slots, isGreatest ? 2 : 1)), setting('epsilon', 'ε'));
      const corrected = divide(call('sqrt', weightSoFar(beta2, step)), weightSoFar(beta1, step));
      return negate(multiply(rate, corrected, divide(at(slots, 0), size)));
    },
  };
};

const RULES: Readonly<Record<string, RuleMaker>> = {
  SGD: ({ rate, setting, config }) => {
    const momentum = setting('momentum', 'β');
    const down = (g: Operand) => multiply(rate, g);
    if (momentum.value === 0) return { slots: [], change: ({ gradient }) => negate(down(gradient)) };
    return {
      slots: [
        {
          letter: 'v',
          words: 'velocity',
          next: (old, { gradient }) => subtract(multiply(momentum, old), down(gradient)),
        },
      ],
      change: ({ gradient, slots }) =>
        config.nesterov === true ? subtract(multiply(momentum, at(slots, 0)), down(gradient)) : at(slots, 0),
    };
  },
  Adagrad: ({ rate, setting }) => ({
    slots: [
      {
        letter: 'a',
        words: 'sum of squared gradients',
        next: (old, { gradient }) => sum([old, power(gradient, 2)]),
      },
    ],
    change: ({ gradient, slots }) => negate(scaled(rate, gradient, at(slots, 0), setting('epsilon', 'ε'))),
  }),
  RMSprop: ({ rate, setting, config }) => {
    const [rho, momentum] = [setting('rho', 'ρ'), setting('momentum', 'β')];
    const isCentered = config.centered === true;
    const [isMoving, last] = [momentum.value > 0, momentum.value > 0 ? 2 : 1];
    const spread = (slots: readonly Operand[]): Expression =>
      isCentered ? subtract(at(slots, 0), power(at(slots, last), 2)) : at(slots, 0);
    const move = ({ gradient, slots }: StepNumbers) =>
      scaled(rate, gradient, spread(slots), setting('epsilon', 'ε'));
    const velocity: SlotRule = {
      letter: 'v',
      words: 'velocity',
      next: (old, of) => sum([multiply(momentum, old), move(of)]),
    };
    return {
      slots: [
        { ...meanOfSquare('s', rho), words: 'moving mean of the squared gradient' },
        ...(isMoving ? [velocity] : []),
        ...(isCentered ? [meanOfGradient(rho)] : []),
      ],
      blocks: [1, 1, 1],
      change: (of) => negate(isMoving ? at(of.slots, 1) : move(of)),
    };
  },
  Adadelta: ({ rate, setting }) => {
    const [rho, epsilon] = [setting('rho', 'ρ'), setting('epsilon', 'ε')];
    const move = ({ gradient, before, slots }: StepNumbers) =>
      multiply(call('sqrt', divide(add(at(before, 1), epsilon), add(at(slots, 0), epsilon))), gradient);
    return {
      slots: [
        { ...meanOfSquare('s', rho), words: 'moving mean of the squared gradient' },
        {
          letter: 'd',
          words: 'moving mean of the squared move',
          next: (old, of) => movingMean(rho, old, power(move(of), 2)),
        },
      ],
      change: (of) => negate(multiply(rate, move(of))),
    };
  },
  Adamax: ({ rate, setting, step }) => {
    const [beta1, beta2] = [setting('beta1', 'β_1'), setting('beta2', 'β_2')];
    return {
      slots: [
        meanOfGradient(beta1),
        {
          letter: 'u',
          words: 'the greatest gradient, fading',
          next: (old, { gradient }) => call('max', multiply(beta2, old), call('abs', gradient)),
        },
      ],
      change: ({ slots }) => {
        const moved = divide(at(slots, 0), add(at(slots, 1), setting('epsilon', 'ε')));
        return negate(multiply(divide(rate, weightSoFar(beta1, step)), moved));
      },
    };
  },
  Lion: ({ rate, setting }) => {
    const [beta1, beta2] = [setting('beta1', 'β_1'), setting('beta2', 'β_2')];
    return {
      slots: [meanOfGradient(beta2)],
      change: ({ gradient, before }) =>
        negate(multiply(rate, call('sign', movingMean(beta1, at(before, 0), gradient)))),
    };
  },
  Adam: adam,
  AdamW: adam,
};
