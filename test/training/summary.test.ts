import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  dense,
  flatten,
  input,
  lambda,
  model,
  plotModel,
  sequential,
} from '../../src/index.ts';

const a = input([4], { name: 'a' });
const b = input([2, 2], { name: 'b' });
const shared = dense(3, { name: 'shared' });
const inner = sequential([dense(5), dense(1)], { name: 'inner' });
const joined = lambda((x, y) => x.add(y), { name: 'sum' })(shared(a), shared(flatten()(b)));
const net = model({ inputs: [a, b], outputs: { value: inner(joined) }, name: 'net' });

describe('the summary of a functional model', () => {
  test('says what each layer is connected to, and what is trained', () => {
    const frozen = net.getLayer('shared');
    frozen.trainable = false;
    expect(net.summary()).toMatchInlineSnapshot(`
      "Model: "net"
      ┌────────────────────┬───────────────┬────────────┬──────────────┐
      │ layer (type)       │ output shape  │ parameters │ connected to │
      ├────────────────────┼───────────────┼────────────┼──────────────┤
      │ b (InputLayer)     │ [batch, 2, 2] │          0 │              │
      │ a (InputLayer)     │ [batch, 4]    │          0 │              │
      │ flatten (Flatten)  │ [batch, 4]    │          0 │ b            │
      │ shared (Dense)     │ [batch, 3]    │         15 │ a, flatten   │
      │ sum (Lambda)       │ [batch, 3]    │          0 │ shared       │
      │ inner (Sequential) │ [batch, 1]    │         26 │ sum          │
      └────────────────────┴───────────────┴────────────┴──────────────┘
      Total parameters: 41 (164 B)
      Trainable: 26 (104 B)
      Not trainable: 15 (60 B)"
    `);
    frozen.trainable = true;
  });

  test('opens models within, and counts what the optimizer keeps', () => {
    net.compile({ optimizer: 'adam', loss: 'mse' });
    net.trainOnBatch(
      [
        [[1, 2, 3, 4]],
        [
          [
            [1, 2],
            [3, 4],
          ],
        ],
      ],
      [[1]],
    );
    expect(net.summary({ expandNested: true })).toMatchInlineSnapshot(`
      "Model: "net"
      ┌────────────────────┬───────────────┬────────────┬──────────────┐
      │ layer (type)       │ output shape  │ parameters │ connected to │
      ├────────────────────┼───────────────┼────────────┼──────────────┤
      │ b (InputLayer)     │ [batch, 2, 2] │          0 │              │
      │ a (InputLayer)     │ [batch, 4]    │          0 │              │
      │ flatten (Flatten)  │ [batch, 4]    │          0 │ b            │
      │ shared (Dense)     │ [batch, 3]    │         15 │ a, flatten   │
      │ sum (Lambda)       │ [batch, 3]    │          0 │ shared       │
      │ inner (Sequential) │ [batch, 1]    │         26 │ sum          │
      │   dense (Dense)    │ [batch, 5]    │         20 │              │
      │   dense_1 (Dense)  │ [batch, 1]    │          6 │              │
      └────────────────────┴───────────────┴────────────┴──────────────┘
      Total parameters: 41 (164 B)
      Trainable: 41 (164 B)
      Not trainable: 0 (0 B)
      Optimizer: 84 (336 B)"
    `);
  });
});

test('layers are found by name and by number', () => {
  expect(net.getLayer('inner')).toBe(inner);
  expect(net.getLayer(-1)).toBe(inner);
  expect(() => net.getLayer('none')).toThrow(ArgumentError);
});

describe('the picture of a model', () => {
  const svg = plotModel(net);

  test('has a box for each layer and an arrow for each connection', () => {
    expect(svg.match(/<g>/g)).toHaveLength(net.layers.length);
    // a → shared, b → flatten → shared, shared → sum, sum → inner.
    expect(svg.match(/marker-end/g)).toHaveLength(5);
    expect(svg).toContain('<title>Model net: 6 layers, 41 parameters</title>');
  });

  test('puts each layer below those it takes from, and none upon another', () => {
    const boxes = [
      ...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g),
    ].map(([, ...numbers]) => numbers.map(Number) as [number, number, number, number]);
    const apart = boxes.every(([x, y, width, height], i) =>
      boxes.every(
        ([left, top, w, h], j) =>
          i === j || x + width <= left || left + w <= x || y + height <= top || top + h <= y,
      ),
    );
    expect(boxes).toHaveLength(6);
    expect(apart).toBe(true);
    const rowOf = (name: string) => Number(svg.match(new RegExp(`y="([\\d.]+)"[^>]*>${name}<`))?.[1]);
    expect(rowOf('flatten')).toBeGreaterThan(rowOf('b'));
    expect(rowOf('shared')).toBeGreaterThan(rowOf('flatten'));
    expect(rowOf('sum')).toBeGreaterThan(rowOf('shared'));
  });

  test('takes names literally', () => {
    const odd = sequential([input([1]), dense(1, { name: 'a<b>&"c"' })]);
    expect(plotModel(odd)).toContain('a&lt;b&gt;&amp;&quot;c&quot;');
  });
});
