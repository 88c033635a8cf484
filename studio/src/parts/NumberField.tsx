import { useEffect, useId, useRef, useState } from 'preact/hooks';

export interface NumberFieldProps {
  readonly label: string;
  /** A mark instead of the label, where the label would be too long to see. */
  readonly short?: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly slider?: boolean;
  readonly whole?: boolean;
  readonly disabled?: boolean;
  readonly onChange: (value: number) => void;
  /** The end of a drag or of typing. */
  readonly onCommit?: () => void;
}

/** A number to type or to drag. What is no number is refused with a sentence, and the number stays. */
export function NumberField(props: NumberFieldProps) {
  const { label, short, value, min, max, step, slider, whole, disabled, onChange, onCommit } = props;
  const id = useId();
  const [draft, setDraft] = useState<string | undefined>();
  const [problem, setProblem] = useState<string | undefined>();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (document.activeElement !== field.current) setProblem(undefined);
  }, [value]);

  const enter = (text: string) => {
    setDraft(text);
    const found = readNumber(text, { min, max, whole: whole ?? false });
    if (typeof found === 'string') return setProblem(found);
    setProblem(undefined);
    onChange(found);
  };
  const leave = () => {
    setDraft(undefined);
    setProblem(undefined);
    onCommit?.();
  };
  return (
    <div class={`field${problem ? ' refused' : ''}`}>
      <label for={id}>{short ?? label}</label>
      <input
        ref={field}
        id={id}
        type="text"
        inputMode="decimal"
        autocomplete="off"
        spellcheck={false}
        aria-label={label}
        aria-invalid={problem !== undefined}
        aria-describedby={problem ? `${id}-problem` : undefined}
        value={draft ?? String(value)}
        disabled={disabled}
        onInput={(event) => enter(event.currentTarget.value)}
        onBlur={leave}
        onKeyDown={(event) => {
          if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
            event.preventDefault();
            // From what the field says, which is this very moment's: a second key may come before the next drawing.
            const input = event.currentTarget;
            const found = readNumber(input.value, { min, max, whole: whole ?? false });
            const from = typeof found === 'string' ? value : found;
            const next = from + (event.key === 'ArrowUp' ? step : -step);
            const stepped = Math.min(max, Math.max(min, rounded(next, step)));
            input.value = String(stepped);
            setDraft(undefined);
            setProblem(undefined);
            onChange(stepped);
          }
          if (event.key === 'Enter') leave();
        }}
      />
      {slider && (
        <input
          type="range"
          aria-label={`${label}, slider`}
          min={min}
          max={max}
          step={step}
          value={value}
          disabled={disabled}
          onInput={(event) => onChange(Number(event.currentTarget.value))}
          onChange={() => onCommit?.()}
        />
      )}
      {problem && (
        <p class="problem" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

const rounded = (value: number, step: number) => Number((Math.round(value / step) * step).toPrecision(12));

function readNumber(
  text: string,
  { min, max, whole }: { min: number; max: number; whole: boolean },
): number | string {
  const plain = text.trim().replace('−', '-').replace(',', '.');
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,3})?$/i.test(plain)) {
    return `“${text.slice(0, 20)}” is not a number; the old one stays.`;
  }
  const value = Number(plain);
  if (whole && !Number.isInteger(value)) return 'A whole number is needed here.';
  if (!(value >= min && value <= max)) return `From ${min} to ${max}, please.`;
  return value;
}
