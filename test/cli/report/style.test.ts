import { describe, expect, it } from 'vitest';
import { PALETTE, SHADES, shadeDepth } from '../../../src/cli/report/style.ts';

type Colour = readonly [number, number, number];

describe.each(['light', 'dark'] as const)('the %s palette', (scheme) => {
  const colours = PALETTE[scheme];

  it.each(['ink', 'soft', 'blue', 'rust'] as const)('keeps %s legible on paper', (name) => {
    expect(contrast(parse(colours[name]), parse(colours.paper))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(['blue', 'rust'] as const)('keeps ink legible on every shade of %s', (name) => {
    for (let step = 1; step <= SHADES; step++) {
      const ground = mix(parse(colours[name]), parse(colours.paper), shadeDepth(scheme, step) / 100);
      expect(contrast(parse(colours.ink), ground), `step ${step}`).toBeGreaterThanOrEqual(4.5);
    }
  });
});

function parse(hex: string): Colour {
  const channel = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16);
  return [channel(1), channel(3), channel(5)];
}

function mix(one: Colour, other: Colour, share: number): Colour {
  const channel = (at: 0 | 1 | 2) => one[at] * share + other[at] * (1 - share);
  return [channel(0), channel(1), channel(2)];
}

/** The contrast ratio of WCAG 2.2. */
function contrast(one: Colour, other: Colour): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
