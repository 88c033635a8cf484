import { useEffect, useState } from 'preact/hooks';
import { labsOf, SECTIONS } from './syllabus.ts';

/** The contents page: the labs by section, and the run at hand where the server has one. */
export function Home() {
  return (
    <main class="home" id="main">
      <h1>A laboratory notebook for opening networks</h1>
      <p class="lead">
        The library that trains also shows. Every number on these pages was computed by it, here, and can be
        opened, followed and undone.
      </p>
      <Run />
      {SECTIONS.map(({ number, title }) => {
        const labs = labsOf(number);
        if (labs.length === 0) return null;
        return (
          <section key={number} aria-labelledby={`section-${number}`}>
            <h2 id={`section-${number}`}>
              <span class="number">{number}</span> {title}
            </h2>
            <ul>
              {labs.map((lab) => (
                <li key={lab.id}>
                  <a href={`#/${lab.id}`}>{lab.title}</a>
                  <span class="question">{lab.question}</span>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </main>
  );
}

interface RunRecord {
  readonly name: string;
  readonly epochs: number;
  readonly test: Readonly<Record<string, number>>;
}

/** The run that `pellucid studio` was given; a file server has none, and nothing is asked of it. */
function Run() {
  const [run, setRun] = useState<RunRecord | undefined>();
  const at = document.querySelector<HTMLMetaElement>('meta[name="pellucid-run"]')?.content;
  useEffect(() => {
    if (at === undefined) return;
    fetch(`${at}run.json`)
      .then((response) => response.json() as Promise<RunRecord>)
      .then(setRun, () => setRun(undefined));
  }, [at]);
  if (!run) return null;
  const figures = Object.entries(run.test).map(([name, value]) => `${name} ${Number(value).toPrecision(4)}`);
  return (
    <aside class="run" aria-label="The run at hand">
      <p>
        Your run <b>{run.name}</b>: {run.epochs} epochs, on the test part {figures.join(', ')}.{' '}
        <a href={`${at}report.html`}>Its report</a>
      </p>
    </aside>
  );
}
