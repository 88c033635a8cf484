import type { RandomStream } from '../graph/threefry.ts';
import { type Box, type Discrete, type Outcome, World } from './environment.ts';

/** Metres, kilograms, seconds and newtons, as in Gymnasium's CartPole-v1. */
const GRAVITY = 9.8;
const CART_MASS = 1;
const POLE_MASS = 0.1;
const TOTAL_MASS = CART_MASS + POLE_MASS;
const HALF_POLE_LENGTH = 0.5;
const POLE_MASS_LENGTH = POLE_MASS * HALF_POLE_LENGTH;
const FORCE = 10;
const INTERVAL = 0.02;
const ANGLE_LIMIT = (12 * 2 * Math.PI) / 360;
const POSITION_LIMIT = 2.4;
const START_RANGE = 0.05;

/** Position and speed of the cart, angle of the pole from upright and its speed. */
export type CartPoleState = readonly [x: number, speed: number, angle: number, spin: number];

/**
 * One step of Euler's method through the equations of motion, for a push to the left or to the right:
 *
 *     θ̈ = (g·sin θ − cos θ·q) / (l·(4/3 − m·cos²θ/M)),  q = (F + m·l·θ̇²·sin θ) / M
 *     ẍ = q − m·l·θ̈·cos θ / M
 *
 * where M is the mass of cart and pole, m and l the pole's mass and half its length.
 *
 * @see Barto, Sutton and Anderson, "Neuronlike adaptive elements that can solve difficult learning control
 *   problems", 1983, appendix; without friction, in the corrected form of Florian, 2007
 */
export function cartPoleMotion([x, speed, angle, spin]: CartPoleState, force: number): CartPoleState {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const pushed = (force + POLE_MASS_LENGTH * spin ** 2 * sin) / TOTAL_MASS;
  const turning =
    (GRAVITY * sin - cos * pushed) / (HALF_POLE_LENGTH * (4 / 3 - (POLE_MASS * cos ** 2) / TOTAL_MASS));
  const acceleration = pushed - (POLE_MASS_LENGTH * turning * cos) / TOTAL_MASS;
  return [
    x + INTERVAL * speed,
    speed + INTERVAL * acceleration,
    angle + INTERVAL * spin,
    spin + INTERVAL * turning,
  ];
}

class CartPole extends World<Float32Array> {
  readonly name = 'cart-pole';
  /** 0 pushes the cart to the left, 1 to the right. */
  readonly actionSpace: Discrete = { kind: 'discrete', n: 2 };
  readonly observationSpace: Box;
  #state: CartPoleState = [0, 0, 0, 0];
  readonly #start: CartPoleState | undefined;

  constructor(maxSteps: number, start?: CartPoleState) {
    super(maxSteps);
    this.#start = start;
    const high = [2 * POSITION_LIMIT, Number.POSITIVE_INFINITY, 2 * ANGLE_LIMIT, Number.POSITIVE_INFINITY];
    this.observationSpace = { kind: 'box', shape: [4], low: high.map((limit) => -limit), high };
  }

  protected begin(random: RandomStream): Float32Array {
    const draw = () => random.uniform(-START_RANGE, START_RANGE);
    this.#state = this.#start ?? [draw(), draw(), draw(), draw()];
    return Float32Array.from(this.#state);
  }

  protected act(action: number): Outcome<Float32Array> {
    this.#state = cartPoleMotion(this.#state, action === 1 ? FORCE : -FORCE);
    const [x, , angle] = this.#state;
    const terminated = Math.abs(x) > POSITION_LIMIT || Math.abs(angle) > ANGLE_LIMIT;
    return { observation: Float32Array.from(this.#state), reward: 1, terminated, info: {} };
  }
}

/**
 * A pole on a cart, to be kept upright by pushes to the left (0) and right (1). Each step brings a reward of 1; an
 * episode ends when the pole leans by more than 12°, when the cart is 2.4 m off, or after `maxSteps`.
 *
 * Observation: [position, speed, angle, angular speed], float32.
 *
 * @param options.maxSteps 500, as in Gymnasium's CartPole-v1
 * @param options.start the state every episode begins with; else four numbers uniform in ±0.05
 */
export function cartPole(options: { maxSteps?: number; start?: CartPoleState } = {}): CartPole {
  return new CartPole(options.maxSteps ?? 500, options.start);
}
