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
  const [positive, negative] = [colour('--positive'), colour('--negative')];
  const made: Palette = {
    ...{ ink: text('--ink'), paper: text('--paper'), soft: text('--soft'), positive, negative },
    zero: colour('--zero'),
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

/** The colour of a number on the signed scale. */
export function signedColour(value: number, limit: number, { positive, negative, zero }: Palette): Colour {
  const share = Math.min(Math.abs(value) / limit, 1);
  return mixed(zero, value < 0 ? negative : positive, share);
}

/** A picture of side × side colours, drawn over a whole canvas; what is no number is hatched. */
export function paint(
  canvas: HTMLCanvasElement,
  side: number,
  colourAt: (cell: number) => Colour | undefined,
  smooth: boolean,
): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = new ImageData(side, side);
  let holes = false;
  for (let cell = 0; cell < side * side; cell++) {
    const colour = colourAt(cell);
    if (!colour) holes = true;
    else {
      image.data.set(colour, 4 * cell);
      image.data[4 * cell + 3] = 255;
    }
  }
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (holes) hatch(context, canvas.width, canvas.height);
  scratch ??= document.createElement('canvas');
  scratch.width = scratch.height = side;
  scratch.getContext('2d')?.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = smooth;
  context.drawImage(scratch, 0, 0, canvas.width, canvas.height);
}

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
