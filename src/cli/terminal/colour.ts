/** Something text is written to, and whether somebody may be looking at it. */
interface Output {
  readonly isTTY?: boolean | undefined;
}

/**
 * Whether text for an output is coloured: FORCE_COLOR says so for all, NO_COLOR that none is; else each is where a
 * terminal shows it, and not where it goes to a file or another program.
 *
 * @see https://no-color.org, https://force-color.org
 */
export function takesColour({ isTTY }: Output, environment: NodeJS.ProcessEnv = process.env): boolean {
  const { FORCE_COLOR: forced = '', NO_COLOR: none = '', TERM: terminal } = environment;
  if (forced !== '') return forced !== '0' && forced !== 'false';
  return none === '' && isTTY === true && terminal !== 'dumb';
}
