import { labsOf, SECTIONS } from './syllabus.ts';

/** The way through the course, 1.1 to 1.7, with where one is. */
export function Rail({ section }: { readonly section: string | undefined }) {
  return (
    <nav class="rail" aria-label="Syllabus">
      <ol>
        {SECTIONS.map(({ number, title }) => {
          const [first] = labsOf(number);
          const here = number === section;
          const text = (
            <>
              <span class="dot" aria-hidden="true" />
              <span class="number">{number}</span> <span class="title">{title}</span>
            </>
          );
          return (
            <li key={number} class={here ? 'here' : ''}>
              {first ? (
                <a
                  href={`#/${first.id}`}
                  aria-current={here ? 'step' : undefined}
                  aria-label={`${number} ${title}`}
                >
                  {text}
                </a>
              ) : (
                <span class="absent">{text}</span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
