import { expect, test } from 'vitest';
import { keyOf, RandomStream, threefry2x32 } from '../../src/graph/threefry.ts';

test('encrypts the known answers published with Threefry-2x32-20', () => {
  expect(threefry2x32([0, 0], 0, 0)).toEqual([0x6b200159, 0x99ba4efe]);
  const ones = 0xffffffff;
  expect(threefry2x32([ones, ones], ones, ones)).toEqual([0x1cb996fc, 0xbb002be7]);
  expect(threefry2x32([0x13198a2e, 0x03707344], 0x243f6a88, 0x85a308d3)).toEqual([0xc4923a9c, 0x483df7a0]);
});

test('a permutation holds every number once and depends on the seed', () => {
  const order = new RandomStream(7).permutation(1000);
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  expect(order).not.toEqual(new RandomStream(8).permutation(1000));
  expect(order).toEqual(new RandomStream(keyOf(7)).permutation(1000));
});
