/** How wide titles are. */
export const TITLE_WIDTH = 13;

/** Lines with their title before the first of them; nothing where there are none. */
export function section(title: string, lines: readonly string[]): string[] {
  return lines.map((line, i) => `${(i === 0 ? title : "").padEnd(TITLE_WIDTH)}${line}`.trimEnd());
}
