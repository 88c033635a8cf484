import type { Schedule } from '../../training/schedules.ts';
import {
  add,
  call,
  divide,
  type Expression,
  multiply,
  number,
  type Operand,
  operand,
  subtract,
} from '../../units/formula.ts';

/** The learning rate that a schedule gives after so many steps, as a formula; undefined for one of a user's own. */
export function rateOf({ className, config }: Schedule, steps: number): Expression | undefined {
  const setting = (name: string, symbol: string) => operand(symbol, Number(config[name] ?? 0));
  return SCHEDULES[className]?.({ setting, config, steps: operand('t', steps, { words: 'steps done' }) });
}

interface RateArguments {
  readonly setting: (name: string, symbol: string) => Operand;
  readonly config: Schedule['config'];
  readonly steps: Operand;
}

const periods = ({ setting, config, steps }: RateArguments): Expression => {
  const passed = divide(steps, setting('decaySteps', 'T'));
  return config.staircase === true ? call('floor', passed) : passed;
};

/** (1 − a)·½·(1 + cos πp) + a: from 1 at p = 0 down to a at p = 1; the upper end times `height`. */
function cosine(part: Expression, least: Operand, height?: Expression): Expression {
  const half = multiply(
    ...(height ? [height] : []),
    number(0.5),
    add(1, call('cos', multiply(operand('π', Math.PI), part))),
  );
  if (least.value === 0) return half;
  return add(multiply(subtract(1, least), ...(half.kind === 'multiply' ? half.factors : [half])), least);
}

const times = (factor: Operand, product: Expression): Expression =>
  multiply(factor, ...(product.kind === 'multiply' ? product.factors : [product]));

const SCHEDULES: Readonly<Record<string, (of: RateArguments) => Expression>> = {
  ExponentialDecay: (of) =>
    multiply(
      of.setting('initialLearningRate', 'α_0'),
      call('pow', of.setting('decayRate', 'r'), periods(of)),
    ),
  InverseTimeDecay: (of) =>
    divide(
      of.setting('initialLearningRate', 'α_0'),
      add(1, multiply(of.setting('decayRate', 'r'), periods(of))),
    ),
  PiecewiseConstantDecay: ({ config, steps }) => {
    const [boundaries, values] = [config.boundaries, config.values] as [readonly number[], readonly number[]];
    const rate = (i: number): Expression => operand(`α_${i + 1}`, values[i] ?? Number.NaN);
    return boundaries.reduceRight(
      (later, boundary, i) =>
        call('where', call('less', operand(`b_${i + 1}`, boundary), steps), later, rate(i)),
      rate(values.length - 1),
    );
  },
  PolynomialDecay: ({ setting, config, steps }) => {
    const [first, end] = [setting('initialLearningRate', 'α_0'), setting('endLearningRate', 'α_end')];
    const [length, exponent] = [setting('decaySteps', 'T'), setting('power', 'p')];
    const rounds = Math.max(Math.ceil(steps.value / length.value), 1);
    const part =
      config.cycle === true
        ? divide(steps, multiply(operand('R', rounds, { words: 'the round' }), length))
        : call('min', divide(steps, length), 1);
    const left = subtract(1, part);
    const shrunk = exponent.value === 1 ? left : call('pow', left, exponent);
    return add(multiply(subtract(first, end), shrunk), end);
  },
  CosineDecay: ({ setting, config, steps }) => {
    const [first, least, length] = [
      setting('initialLearningRate', 'α_0'),
      setting('alpha', 'a'),
      setting('decaySteps', 'T'),
    ];
    const rises = typeof config.warmupTarget === 'number' && Number(config.warmupSteps) > 0;
    const [target, warmup] = [setting('warmupTarget', 'α_top'), setting('warmupSteps', 'W')];
    if (rises && steps.value < warmup.value)
      return add(first, multiply(steps, divide(subtract(target, first), warmup)));
    const passed = rises ? subtract(steps, warmup) : steps;
    const top = typeof config.warmupTarget === 'number' ? target : first;
    return times(top, cosine(call('min', divide(passed, length), 1), least));
  },
  CosineDecayRestarts: ({ setting, steps }) => {
    const [first, least] = [setting('initialLearningRate', 'α_0'), setting('alpha', 'a')];
    const growth = setting('tMul', 'm_T').value;
    const passed = steps.value / setting('firstDecaySteps', 'T').value;
    // Rounds of length 1, m, m², …: n of them take (1 − mⁿ)/(1 − m).
    const done =
      growth === 1 ? Math.floor(passed) : Math.floor(Math.log(1 + passed * (growth - 1)) / Math.log(growth));
    const start = growth === 1 ? done : (1 - growth ** done) / (1 - growth);
    const part = operand('p', (passed - start) / growth ** done, {
      words: 'the part of the round that is over',
    });
    const height = call('pow', setting('mMul', 'm'), operand('R', done, { words: 'restarts' }));
    return times(first, cosine(part, least, setting('mMul', 'm').value === 1 ? undefined : height));
  },
};
