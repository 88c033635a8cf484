/** A block of code of a page. */
export interface Example {
  readonly line: number;
  readonly code: string;
  /** What it prints; undefined where the page does not say. */
  readonly output: string | undefined;
}

/** The blocks of code of a page, each with the block of text that follows it at once: what it prints. */
export function examplesIn(page: string): Example[] {
  const blocks = [...page.matchAll(/^```(?<kind>\w+)\n(?<body>[\s\S]*?)^```$/gm)];
  return blocks.flatMap((block, at) => {
    if (block.groups?.kind !== 'js') return [];
    const next = blocks[at + 1];
    const end = block.index + block[0].length;
    const follows = next?.groups?.kind === 'text' && page.slice(end, next.index).trim() === '';
    return [
      {
        line: page.slice(0, block.index).split('\n').length,
        code: block.groups.body ?? '',
        output: follows ? next?.groups?.body : undefined,
      },
    ];
  });
}
