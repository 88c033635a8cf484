import { describe, expect, test } from 'vitest';
import { madeDigits } from '../../src/data/digits.ts';
import { encodeIdx, parseIdx } from '../../src/data/idx.ts';
import { ArgumentError } from '../../src/graph/errors.ts';

const PIXELS = 28 * 28;

/** The picture as text: one letter a pixel, darker to the right. */
function draw(pixels: ArrayLike<number>): string {
  const shades = ' .:+#';
  const lines = Array.from({ length: 28 }, (_, row) =>
    Array.from({ length: 28 }, (_, column) => shades[Math.floor((pixels[row * 28 + column] ?? 0) / 52)]).join(
      '',
    ),
  );
  return lines.map((line) => line.trimEnd()).join('\n');
}

describe('madeDigits', () => {
  test('have their shapes, kinds and names', () => {
    const { x, y, classNames } = madeDigits({ n: 7 });
    expect(x).toMatchObject({ dtype: 'float32', shape: [7, 28, 28] });
    expect(y).toMatchObject({ dtype: 'int32', shape: [7] });
    expect(classNames).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  });

  test('are whole numbers from 0 to 255, which an IDX file holds exactly', async () => {
    const { x } = madeDigits({ n: 50, seed: 5 });
    const { values } = await parseIdx(encodeIdx({ shape: x.shape, values: Uint8Array.from(x.data) }));
    expect(Float32Array.from(values)).toEqual(x.data);
  });

  test('any part of the sequence can be made on its own', () => {
    const whole = madeDigits({ n: 25, seed: 2 });
    const part = madeDigits({ n: 8, first: 13, seed: 2 });
    expect(part.x.data).toEqual(whole.x.data.subarray(13 * PIXELS, 21 * PIXELS));
    expect(part.y.data).toEqual(whole.y.data.subarray(13, 21));
  });

  test('differ between seeds and between each other', () => {
    const pictures = [0, 1].flatMap((seed) => {
      const { data } = madeDigits({ n: 100, seed }).x;
      return Array.from({ length: 100 }, (_, i) => data.subarray(i * PIXELS, (i + 1) * PIXELS).join());
    });
    expect(new Set(pictures).size).toBe(200);
  });

  test('hold each digit once in every ten, in changing order', () => {
    const { y } = madeDigits({ n: 100, seed: 4 });
    const tens = Array.from({ length: 10 }, (_, ten) => y.data.slice(10 * ten, 10 * ten + 10));
    for (const ten of tens) expect([...ten].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(new Set(tens.map((ten) => ten.join())).size).toBe(10);
  });

  test('stand inside of the picture', () => {
    const { x } = madeDigits({ n: 500 });
    let [border, all] = [0, 0];
    for (const [i, grey] of x.data.entries()) {
      const [row, column] = [Math.floor(i / 28) % 28, i % 28];
      all += grey;
      if (row === 0 || row === 27 || column === 0 || column === 27) border += grey;
    }
    expect(border / all).toBeLessThan(0.02);
  });

  test('look like their labels: the nearest of 2000 others is mostly the same digit', () => {
    const known = madeDigits({ n: 2000, seed: 1 });
    const asked = madeDigits({ n: 200, seed: 2 });
    let right = 0;
    for (const [i, label] of asked.y.data.entries()) {
      let [nearest, least] = [-1, Number.POSITIVE_INFINITY];
      for (const [j, other] of known.y.data.entries()) {
        let distance = 0;
        for (let p = 0; p < PIXELS && distance < least; p++) {
          distance += ((asked.x.data[i * PIXELS + p] ?? 0) - (known.x.data[j * PIXELS + p] ?? 0)) ** 2;
        }
        if (distance < least) [nearest, least] = [other, distance];
      }
      if (nearest === label) right++;
    }
    expect(right / 200).toBeGreaterThan(0.85);
  });

  test('are drawn as they always were', () => {
    const { x, y } = madeDigits({ n: 1, first: 3, seed: 0 });
    expect(`${y.data[0]}:\n${draw(x.data)}`).toMatchInlineSnapshot(`
      "7:



                     .:..
                   :+####+.
                 :+###++###:
                +###+.  .+##.
                :#+:     .##.
                 .       :##.
                         +#+
                        :##:
                       :###.
                      +###:
                    .+###+.
                    +###+.
                   :###+
                  .###+
                 .+###.
                 +###:
                .###+
                +###.
               .###:
                +#+
                ...



      "
    `);
  });

  test.each([{ n: -1 }, { n: 1.5 }, { n: 1, first: -1 }, { n: Number.NaN }])('refuse %j', (options) => {
    expect(() => madeDigits(options)).toThrow(ArgumentError);
  });
});
