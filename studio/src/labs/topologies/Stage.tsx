import type { Session } from '../../session.ts';
import type { TopologyResult } from './compute.ts';
import { Learned } from './Learned.tsx';
import { Memory } from './Memory.tsx';
import { Net } from './Net.tsx';
import type { TopologyProperties } from './properties.ts';

interface Given {
  readonly session: Session<TopologyProperties, TopologyResult>;
  readonly result: TopologyResult;
}

export function Stage({ session, result }: Given) {
  const { connected, recalled, learning, learnings } = result;
  return (
    <div class="topologies">
      {connected && <Net session={session} result={result} connected={connected} />}
      {recalled && <Memory session={session} result={result} recalled={recalled} />}
      {learning && <Learned result={result} learning={learning} />}
      {learnings && (
        <div class="side-by-side">
          {learnings.map((one) => (
            <section key={one.title} aria-label={one.title}>
              <h2>{one.title}</h2>
              <Learned result={result} learning={one} />
            </section>
          ))}
        </div>
      )}
    </div>
  );
}
