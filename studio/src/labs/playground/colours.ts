/** A colour as its red, green and blue. */
export type Colour = readonly [number, number, number];

/** Colours of the page as canvases need them; read anew when the theme changes. */
export interface Palette {
  readonly ink: string;
  readonly paper: string;
  readonly soft: string;
  readonly positive: Colour;
  readonly negative: Colour;
  readonly zero: Colour;
  /** Of the classes: rust, blue, indigo, mauve. */
  readonly classes: readonly Colour[];
  /** Rust, nothing, blue. */
  readonly signed: Scale;
}

let known: { readonly theme: string; readonly palette: Palette } | undefined;

export function palette(): Palette {
  const theme = document.documentElement.dataset.theme ?? '';
  if (known?.theme === theme) return known.palette;
  const style = getComputedStyle(document.documentElement);
  const text = (name: string) => style.getPropertyValue(name).trim();
  const colour = (name: string): Colour => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
      Number.parseInt(text(name).slice(at, at + 2), 16),
    );
    return [red, green, blue];
  };
  const [positive, zero, negative] = [colour('--positive'), colour('--zero'), colour('--negative')];
  const made: Palette = {
    ...{ ink: text('--ink'), paper: text('--paper'), soft: text('--soft'), positive, negative },
    zero,
    signed: scaleOf(negative, zero, positive),
    classes: [negative, positive, colour('--line-3'), colour('--line-4')],
  };
  known = { theme, palette: made };
  return made;
}

export const css = ([red, green, blue]: Colour): string => `rgb(${red} ${green} ${blue})`;

export function mixed(from: Colour, to: Colour, share: number): Colour {
  const at = (i: 0 | 1 | 2) => Math.round(from[i] + (to[i] - from[i]) * share);
  return [at(0), at(1), at(2)];
}

/** Shades on each side of a scale's middle. */
const SHADES = 128;

/** A scale from one colour through a middle one to another, as pixels of an image. */
export type Scale = Uint32Array;

export function scaleOf(low: Colour, middle: Colour, high: Colour, strength = 1): Scale {
  return Uint32Array.from({ length: 2 * SHADES + 1 }, (_, i) => {
    const share = (i - SHADES) / SHADES;
    const [red, green, blue] = mixed(middle, share < 0 ? low : high, strength * Math.abs(share));
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
}

/** The pixel of a number from −limit to limit; what is no number has none. */
export function pixelOf(scale: Scale, value: number, limit: number): number {
  const place = Math.round((value / limit) * SHADES) + SHADES;
  return scale[place < 0 ? 0 : place > 2 * SHADES ? 2 * SHADES : place] ?? 0;
}

/** The same as a colour of a style sheet. */
export function signedText(value: number, limit: number, { negative, zero, positive }: Palette): string {
  const share = Math.min(Math.abs(value) / limit, 1);
  return css(mixed(zero, value < 0 ? negative : positive, share));
}

/** Fills a canvas with a picture of side × side pixels; where a pixel is 0 it is hatched. */
export function paint(canvas: HTMLCanvasElement, side: number, pixelAt: (cell: number) => number): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  if (picture?.width !== side) picture = new ImageData(side, side);
  const pixels = new Uint32Array(picture.data.buffer);
  let holes = false;
  for (let cell = 0; cell < side * side; cell++) {
    const pixel = pixelAt(cell);
    pixels[cell] = pixel;
    holes ||= pixel === 0;
  }
  if (canvas.width === side && !holes) {
    context.putImageData(picture, 0, 0);
    return;
  }
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (holes) hatch(context, canvas.width, canvas.height);
  scratch ??= document.createElement('canvas');
  if (scratch.width !== side) scratch.width = scratch.height = side;
  scratch.getContext('2d')?.putImageData(picture, 0, 0);
  context.drawImage(scratch, 0, 0, canvas.width, canvas.height);
}

let picture: ImageData | undefined;
/** Where a picture is before it is stretched. */
let scratch: HTMLCanvasElement | undefined;

/** Lines aslant: here are no numbers. */
export function hatch(context: CanvasRenderingContext2D, width: number, height: number): void {
  context.save();
  context.strokeStyle = palette().soft;
  context.lineWidth = 1.5;
  context.beginPath();
  for (let x = -height; x < width; x += 9) {
    context.moveTo(x, height);
    context.lineTo(x + height, 0);
  }
  context.stroke();
  context.restore();
}

/** The shape of a class: circle, square, triangle, diamond. */
export function mark(
  context: CanvasRenderingContext2D | Path2D,
  kind: number,
  x: number,
  y: number,
  r: number,
): void {
  switch (kind % 4) {
    case 0:
      context.moveTo(x + r, y);
      context.arc(x, y, r, 0, 2 * Math.PI);
      return;
    case 1:
      context.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
      return;
    default: {
      const corners = kind % 4 === 2 ? 3 : 4;
      for (let corner = 0; corner < corners; corner++) {
        const angle = -Math.PI / 2 + (2 * Math.PI * corner) / corners;
        const to = [x + 1.2 * r * Math.cos(angle), y + 1.2 * r * Math.sin(angle)] as const;
        if (corner === 0) context.moveTo(...to);
        else context.lineTo(...to);
      }
      context.closePath();
    }
  }
}
