import type { ComponentChild } from 'preact';
import type { LabResult } from '../lab.ts';
import type { Session } from '../session.ts';

/** A part of the stage that is drawn in its turn while the lab runs: see `Session.turns`. */
export function InTurn<P extends object, R extends LabResult>({
  session,
  turn,
  children,
}: {
  readonly session: Session<P, R>;
  readonly turn: number;
  readonly children: (result: R) => ComponentChild;
}) {
  const result = session.turns[turn]?.value;
  return <>{result && children(result)}</>;
}
