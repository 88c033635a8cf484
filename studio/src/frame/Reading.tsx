import type { Slip } from 'pellucid/units';
import { useState } from 'preact/hooks';
import type { LabResult } from '../lab.ts';
import { LABS } from '../labs/index.ts';
import { type Session, TURNS } from '../session.ts';
import { around, labsOf } from './syllabus.ts';

/** The words of a lab: what it is about, what to predict, what to meet, what to bring about. */
export function Reading<P extends object, R extends LabResult>({
  session,
}: {
  readonly session: Session<P, R>;
}) {
  const { lab } = session;
  const { before, after } = around(lab.section);
  const assumed = before && labsOf(before.number).at(-1);
  const next = LABS[LABS.findIndex(({ id }) => id === lab.id) + 1];
  return (
    <div class="reading">
      <div class="prose">
        <lab.prose />
      </div>
      <Predict session={session} />
      <Ahas session={session} />
      <Checks session={session} />
      {lab.slips && <LectureSlips slips={lab.slips} />}
      <p class="around">
        {before && (
          <>
            Assumes{' '}
            {assumed ? (
              <a href={`#/${assumed.id}`}>
                {before.number} {before.title}
              </a>
            ) : (
              `${before.number} ${before.title}`
            )}
            .{' '}
          </>
        )}
        {next ? (
          <>
            Next: <a href={`#/${next.id}`}>{next.title}</a>.
          </>
        ) : (
          after &&
          `Next: ${after.number} ${after.title}${labsOf(after.number).length ? '' : ', in the course'}.`
        )}
      </p>
    </div>
  );
}

function Predict<P extends object, R extends LabResult>({ session }: { readonly session: Session<P, R> }) {
  const { question } = session.lab;
  const predicted = session.predicted.value;
  const result = session.turns[TURNS - 1]?.value;
  const answer = result && question.answer(result);
  return (
    <section class="predict" aria-labelledby="predict">
      <h2 id="predict">Predict first</h2>
      <p>{question.ask}</p>
      <div class="choices">
        {question.choices.map((choice, at) => (
          <button
            key={choice}
            type="button"
            aria-pressed={predicted === at}
            onClick={() => {
              session.predicted.value = at;
            }}
          >
            {choice}
          </button>
        ))}
        {predicted === undefined && (
          <button
            type="button"
            class="plain"
            onClick={() => {
              session.predicted.value = -1;
            }}
          >
            Skip
          </button>
        )}
      </div>
      <p class="outcome" role="status">
        {predicted === undefined
          ? 'Run unlocks when you have answered, or skipped.'
          : answer === undefined || !result
            ? 'Run it and see.'
            : `${predicted < 0 ? '' : predicted === answer ? 'As you said. ' : `It was: ${question.choices[answer]}. `}${question.because(result)}`}
      </p>
    </section>
  );
}

function Ahas<P extends object, R extends LabResult>({ session }: { readonly session: Session<P, R> }) {
  const { ahas } = session.lab;
  if (ahas.length === 0) return null;
  return (
    <section class="ahas" aria-labelledby="ahas">
      <h2 id="ahas">Worth meeting</h2>
      <ul>
        {ahas.map((aha) => (
          <li key={aha.title}>
            <button type="button" class="link" onClick={() => session.set(aha.properties)}>
              {aha.title}
            </button>
            <span>{aha.text}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Checks<P extends object, R extends LabResult>({ session }: { readonly session: Session<P, R> }) {
  const { selfChecks } = session.lab;
  const done = session.checked.value;
  if (selfChecks.length === 0) return null;
  return (
    <section class="checks" aria-labelledby="checks">
      <h2 id="checks">Can you?</h2>
      <ul>
        {selfChecks.map(({ task }, at) => (
          <li key={task} class={done.has(at) ? 'done' : ''}>
            <span class="mark" aria-hidden="true">
              {done.has(at) ? '✓' : '○'}
            </span>
            <span>
              {task}
              {done.has(at) && <span class="unseen"> Done.</span>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What the lecture's text says here, as it is printed or as it is meant; nothing is put right in silence. */
function LectureSlips({ slips }: { readonly slips: readonly Slip[] }) {
  const [printed, setPrinted] = useState(false);
  return (
    <section class="lecture-slips" aria-labelledby="lecture-slips">
      <h2 id="lecture-slips">Where the lecture slips</h2>
      <fieldset class="segments">
        <legend class="unseen">The lecture’s text</legend>
        {[true, false].map((asPrinted) => (
          <button
            key={String(asPrinted)}
            type="button"
            aria-pressed={printed === asPrinted}
            onClick={() => setPrinted(asPrinted)}
          >
            {asPrinted ? 'as printed' : 'correct'}
          </button>
        ))}
      </fieldset>
      <ul>
        {slips.map((slip) => (
          <li key={slip.where}>
            <span class="where">{slip.where}</span>
            <span class={printed ? 'printed' : 'correct'}>{printed ? slip.printed : slip.correct}</span>
            {!printed && <span class="why">{slip.why}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
