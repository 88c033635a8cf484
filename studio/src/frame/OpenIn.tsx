import type { LabResult } from '../lab.ts';
import { LABS } from '../labs/index.ts';
import { addressOf } from '../network.ts';
import type { Session } from '../session.ts';
import { notify } from './notices.ts';

/** The labs that the network on this page can be opened in. */
export function OpenIn<P extends object, R extends LabResult>({
  session,
  onLeave,
}: {
  readonly session: Session<P, R>;
  readonly onLeave?: () => void;
}) {
  const { lab } = session;
  const { network } = lab;
  const others = LABS.filter((other) => other.receivesNetworks && other.id !== lab.id);
  if (!network || others.length === 0) return null;
  // Written when it is asked for: while a network trains, its weights change many times a second.
  const follow = (id: string) => (event: Event) => {
    event.preventDefault();
    const result = session.result.value;
    const found = result && network(session.properties.value, result);
    if (typeof found !== 'object')
      return notify(found ?? 'There is no network here yet; nothing was changed.');
    session.pause();
    location.hash = addressOf(id, found);
    onLeave?.();
  };
  return (
    <nav class="open-in" aria-label="Open this network in">
      <span>Open this network in</span>
      <ul>
        {others.map(({ id, title }) => (
          <li key={id}>
            <a href={`#/${id}`} data-open={id} onClick={follow(id)}>
              {title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
