import { displayed, fixed, symbolText } from 'pellucid/units';
import { useFrame } from './frameContext.ts';

export interface QuantityProps {
  /** Its name: of the result's quantities. */
  readonly of: string;
  readonly value: number | undefined;
  /** Its name as it is read out; the symbol where left out. */
  readonly label?: string;
  /** Always four decimals, for columns. */
  readonly column?: boolean;
  /** Decimals, where they are not the course's; Infinity for all. */
  readonly digits?: number;
  /** Whose formula shows it, where it stands in one. */
  readonly within?: string;
  readonly class?: string;
  readonly style?: Readonly<Record<string, string>>;
  readonly onPointerDown?: (event: PointerEvent) => void;
}

/** Every digit of a number; −0 too, which `String` would hide. */
export const fullText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

/** A number on screen: it says its full value, and opens in the inspector. */
export function Quantity({ of, value, label, column, digits, within, ...rest }: QuantityProps) {
  const { inspect, selected, veiled } = useFrame();
  const name = label ?? symbolText(of);
  if (value === undefined) return <span class="quantity absent" aria-hidden="true" />;
  const hidden = of === veiled;
  const text = hidden ? '?' : column ? fixed(value) : displayed(value, digits).text;
  const classes = ['quantity', rest.class, selected === of && 'selected'].filter(Boolean).join(' ');
  return (
    <button
      type="button"
      class={classes}
      style={rest.style}
      data-stop=""
      data-q={hidden ? undefined : within === undefined ? of : `${within}←${of}`}
      data-value={hidden ? undefined : fullText(value)}
      aria-label={hidden ? `${name}, hidden: an exercise` : `${name} ${text}`}
      aria-pressed={selected === of}
      onClick={() => inspect(of)}
      onPointerDown={rest.onPointerDown}
    >
      {text}
    </button>
  );
}
