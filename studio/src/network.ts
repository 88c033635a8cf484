import * as v from 'valibot';
import { LONGEST, writeAddress } from './address.ts';
import { keep, recall } from './frame/storage.ts';
import { LOSSES } from './losses.ts';

/** Labs have no place for larger numbers. */
const GREATEST = 1e6;
const TOO_LARGE = `numbers from −${GREATEST} to ${GREATEST} were expected`;
const finite = v.pipe(v.number(), v.minValue(-GREATEST, TOO_LARGE), v.maxValue(GREATEST, TOO_LARGE));
const SIZES = 'whole numbers from 1 to 512 were expected';
const size = v.pipe(v.number(), v.integer(SIZES), v.minValue(1, SIZES), v.maxValue(512, SIZES));

const LAYERS = 'from 2 to 32 were expected';

const schema = v.object({
  /** Units of each layer, the input layer first. */
  sizes: v.pipe(v.array(size), v.minLength(2, LAYERS), v.maxLength(32, LAYERS)),
  /** weights[l][i][j]: from unit i of layer l to unit j of layer l + 1. */
  weights: v.array(v.array(v.array(finite))),
  biases: v.array(v.array(finite)),
  /** Of each layer after the input layer. */
  activations: v.array(v.string()),
  inputNames: v.optional(v.array(v.pipe(v.string(), v.maxLength(40, 'at most 40 characters were expected')))),
  /** An example to look at it with, and what it should answer. */
  input: v.optional(v.array(finite)),
  target: v.optional(v.array(finite)),
  /** What each layer after the input layer makes of the example. */
  outputs: v.optional(v.array(v.array(finite))),
  /** What is made small, where that is known. */
  loss: v.optional(v.picklist(LOSSES)),
  learningRate: v.optional(v.pipe(finite, v.minValue(0, 'a number of at least 0 was expected'))),
});

/** A network of fully connected layers, as it travels from lab to lab. */
export type NetworkDescription = v.InferOutput<typeof schema>;

/** Its parts in words, for people whose link has something wrong with one. */
const PARTS: Readonly<Record<keyof NetworkDescription, string>> = {
  sizes: 'the sizes of its layers',
  weights: 'its weights',
  biases: 'its biases',
  activations: 'its activations',
  inputNames: 'the names of its inputs',
  input: 'its example',
  target: 'what is wanted of its example',
  outputs: 'what its layers make of its example',
  loss: 'its loss',
  learningRate: 'its learning rate',
};

/** Instead of a network in a link: that it is kept in this browser. */
const KEPT = 'kept';
/** Longer text is no network that any lab here has made. */
const LONGEST_NETWORK = 1_000_000;

/**
 * The address at which a lab opens a network. One that is too large for a link is kept in this browser until the next
 * one is.
 */
export function addressOf(lab: string, network: NetworkDescription): string {
  const text = JSON.stringify(network);
  const whole = writeAddress(lab, new URLSearchParams({ net: text }));
  if (whole.length <= LONGEST) return whole;
  keep('network', text);
  return writeAddress(lab, new URLSearchParams({ net: KEPT }));
}

/** A network from text of unknown origin; a sentence where it is none. */
export function readNetwork(given: string): NetworkDescription | string {
  const text = given === KEPT ? recall('network') : given;
  if (text === undefined) return 'The network of this link is not kept in this browser.';
  if (text.length > LONGEST_NETWORK) return 'The network is too large to travel.';
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return 'The network in this link cannot be read.';
  }
  const parsed = v.safeParse(schema, data);
  if (!parsed.success) {
    const [{ path, kind, message }] = parsed.issues;
    const part = path?.[0].key;
    const what = Object.entries(PARTS).find(([key]) => key === part)?.[1] ?? 'all of it';
    // Other messages are of the reader's, and about its types.
    const why = kind === 'validation' ? `: ${message}` : '';
    return `The network in this link cannot be used. Something is wrong with ${what}${why}.`;
  }
  return fits(parsed.output) ? parsed.output : 'The network in this link does not fit together.';
}

function fits({ sizes, weights, biases, activations, input, target, outputs }: NetworkDescription): boolean {
  const after = sizes.slice(1);
  return (
    weights.length === after.length &&
    biases.length === after.length &&
    activations.length === after.length &&
    weights.every(
      (layer, l) => layer.length === sizes[l] && layer.every((row) => row.length === sizes[l + 1]),
    ) &&
    biases.every((layer, l) => layer.length === sizes[l + 1]) &&
    (input === undefined || input.length === sizes[0]) &&
    (target === undefined || target.length === sizes.at(-1)) &&
    (outputs === undefined ||
      (outputs.length === after.length && outputs.every((layer, l) => layer.length === after[l])))
  );
}
