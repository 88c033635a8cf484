import { symbolText } from 'pellucid/units';
import { useState } from 'preact/hooks';
import type { Session } from '../../session.ts';
import type { MlpProperties } from './properties.ts';
import type { MlpResult } from './result.ts';

/** The exercise: one number is hidden everywhere, and typed in by whoever has worked it out. */
export function Blank({
  session,
  result,
}: {
  readonly session: Session<MlpProperties, MlpResult>;
  readonly result: MlpResult;
}) {
  const { blank } = session.properties.value;
  const [answer, setAnswer] = useState('');
  const [reply, setReply] = useState<string | undefined>();
  const value = result.quantities[blank];
  if (blank === '' || value === undefined) {
    return reply ? (
      <p class="blank" role="status">
        {reply}
      </p>
    ) : null;
  }
  const submit = async (event: Event) => {
    event.preventDefault();
    const typed = Number(answer.trim().replace('−', '-').replace(',', '.'));
    if (answer.trim() === '' || Number.isNaN(typed)) {
      return setReply(`“${answer.slice(0, 20)}” is not a number.`);
    }
    const { right, text } = await session.call<{ right: boolean; text: string }>('check', { value, typed });
    if (!right) return setReply('Not yet. The inspector has the formula; all its numbers are on this page.');
    setReply(`Right: ${symbolText(blank)} = ${text}.`);
    setAnswer('');
    session.set({ blank: '' });
  };
  return (
    <form class="blank" onSubmit={submit}>
      <label>
        What is {symbolText(blank)}?{' '}
        <input
          type="text"
          inputMode="decimal"
          autocomplete="off"
          value={answer}
          onInput={(event) => setAnswer(event.currentTarget.value)}
        />
      </label>
      <button type="submit">Check</button>
      {reply && <span role="status">{reply}</span>}
    </form>
  );
}
