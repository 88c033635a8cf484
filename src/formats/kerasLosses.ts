import type { Place } from '../graph/errors.ts';
import * as losses from '../training/losses.ts';
import { snakeCase } from '../training/model.ts';
import { argumentsIn, camelCase, classIn, type Json, underscored } from './kerasFields.ts';

type Factory = (options: never) => losses.Loss;
const { lossOf, ...factories } = losses;
const LOSSES: ReadonlyMap<string, Factory> = new Map<string, Factory>(
  Object.entries(factories).map(([name, make]) => [lossOf(name).className, make]),
);

/** Whether Keras has a loss. */
export const isKerasLoss = ({ className }: losses.Loss): boolean => LOSSES.has(className);

/** @throws DataError for a loss that is not known, or arguments that make no sense */
export function readLoss(given: unknown, place: Place): losses.Loss {
  if (typeof given === 'string') return lossOf(camelCase(/[A-Z]/.test(given) ? snakeCase(given) : given));
  const [className, fields] = classIn(given, 'loss', place);
  const make = LOSSES.get(className);
  if (!make) throw fields.refusal(`one of ${[...LOSSES.keys()].join(', ')}`, className);
  const reduction = fields.text('reduction', 'sum_over_batch_size');
  const options = {
    ...argumentsIn(fields, make({} as never).config),
    // `auto` is what Keras 2 called it.
    reduction: reduction === 'auto' ? 'sum_over_batch_size' : reduction,
  };
  return fields.attempt(() => make(options as never));
}

/** A loss as Keras writes it, without arguments that are as usual: older versions do not know all of them. */
export function writeLoss({ className, config, reduction }: losses.Loss): Json {
  const usual = LOSSES.get(className)?.({} as never).config ?? {};
  const rows = Object.entries(config).filter(([key, value]) => value !== usual[key]);
  return {
    module: 'keras.losses',
    class_name: className,
    config: {
      name: snakeCase(className),
      reduction,
      ...Object.fromEntries(rows.map(([key, value]) => [underscored(key), value])),
    },
    registered_name: null,
  };
}
