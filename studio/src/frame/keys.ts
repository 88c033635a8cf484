import type { LabResult } from '../lab.ts';
import type { Session } from '../session.ts';
import { lecture } from './preferences.ts';

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest('input, select, textarea, dialog') !== null;

/** Keys that work anywhere on the page but where one types: L, Z, space; in lecture mode arrows step. */
export function onKey<P extends object, R extends LabResult>(
  event: KeyboardEvent,
  session: Session<P, R> | undefined,
): void {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === 'l' || event.key === 'L') {
    lecture.value = !lecture.value;
    return;
  }
  if (!session) return;
  const onStop = event.target instanceof HTMLElement && event.target.closest('button, a, summary') !== null;
  if (event.key === 'z' || event.key === 'Z') session.undo();
  else if (event.key === ' ' && !onStop) toggleRun(session, event);
  else if (event.key === 'ArrowRight' && (lecture.value || !onStop)) void session.step();
  else if (event.key === 'ArrowLeft' && (lecture.value || !onStop)) session.undo();
}

function toggleRun<P extends object, R extends LabResult>(
  session: Session<P, R>,
  event: KeyboardEvent,
): void {
  event.preventDefault();
  if (session.running.value) session.pause();
  else if (session.predicted.value !== undefined) void session.run();
}
