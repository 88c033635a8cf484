/** Arrow keys move between the stops of a container; Tab leaves it. One stop at a time can be tabbed to. */
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const stopsIn = (container: HTMLElement) => [...container.querySelectorAll<HTMLElement>('[data-stop]')];

/** Lets only the current stop be tabbed to; the first where none is. */
export function keepOneStop(container: HTMLElement): void {
  const stops = stopsIn(container);
  const current = stops.find((stop) => stop.dataset.current !== undefined) ?? stops[0];
  for (const stop of stops) {
    const index = stop === current ? '0' : '-1';
    // Written only where it changes: a page may have hundreds, and is drawn many times a second.
    if (stop.getAttribute('tabindex') !== index) stop.setAttribute('tabindex', index);
  }
}

export function markStop(container: HTMLElement, target: EventTarget | null): void {
  const stop = target instanceof HTMLElement ? target.closest<HTMLElement>('[data-stop]') : null;
  if (!stop) return;
  for (const other of stopsIn(container)) delete other.dataset.current;
  stop.dataset.current = '';
  keepOneStop(container);
}

/** Moves the focus to the nearest stop in an arrow's direction; false where the key is none or nothing lies there. */
export function moveStop(container: HTMLElement, key: string): boolean {
  const direction = ARROWS[key];
  const from = document.activeElement;
  if (!direction || !(from instanceof HTMLElement) || from.dataset.stop === undefined) return false;
  const [dx, dy] = direction;
  const centre = (element: HTMLElement) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return [left + width / 2, top + height / 2] as const;
  };
  const [x0, y0] = centre(from);
  let best: { stop: HTMLElement; cost: number } | undefined;
  for (const stop of stopsIn(container)) {
    if (stop === from) continue;
    const [x, y] = centre(stop);
    const along = (x - x0) * dx + (y - y0) * dy;
    const across = Math.abs((x - x0) * dy) + Math.abs((y - y0) * dx);
    if (along <= 2) continue;
    const cost = along + 3 * across;
    if (!best || cost < best.cost) best = { stop, cost };
  }
  best?.stop.focus();
  return best !== undefined;
}
