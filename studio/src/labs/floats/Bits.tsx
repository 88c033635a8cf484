import type { Session } from '../../session.ts';
import type { Bit, FloatResult } from './compute.ts';
import type { FloatProperties } from './properties.ts';

interface Given {
  readonly session: Session<FloatProperties, FloatResult>;
  readonly result: FloatResult;
}

const FIELDS = ['sign', 'exponent', 'fraction'] as const;

/** The bits as they are stored, most significant first; each can be flipped. */
export function Bits({ session, result }: Given) {
  return (
    <div class="bits">
      {FIELDS.map((field) => (
        <Field
          key={field}
          session={session}
          field={field}
          bits={result.bits.filter((bit) => bit.field === field)}
        />
      ))}
    </div>
  );
}

function Field({
  session,
  field,
  bits,
}: Pick<Given, 'session'> & { readonly field: Bit['field']; readonly bits: readonly Bit[] }) {
  return (
    <fieldset class={field} disabled={session.locked.has('n')}>
      <legend>
        {field}, {bits.length} {bits.length === 1 ? 'bit' : 'bits'}
      </legend>
      {bits.map(({ digit, flipped }, at) => (
        <button
          key={`${at}`}
          type="button"
          data-stop=""
          class={digit === '1' ? 'one' : ''}
          aria-label={`${field} bit ${bits.length - 1 - at} is ${digit}: flip it`}
          onClick={() => session.set({ n: flipped })}
        >
          {digit}
        </button>
      ))}
    </fieldset>
  );
}
