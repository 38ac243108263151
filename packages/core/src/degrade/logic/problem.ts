/** Where in a definition something stands: `["targeting", "if", "0"]`. */
export type Path = readonly string[];

/** What is wrong with a flag's definition: where, what stands there, and what would be right. */
export class DefinitionProblem extends Error {
  readonly path: Path;

  constructor(path: Path, value: unknown, allowed: string) {
    super(`got ${shown(value)}, expected ${allowed}`);
    this.path = path;
  }
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  let text: string = typeof value;
  try {
    text = JSON.stringify(value) ?? text;
  } catch {
    // A cycle or a bigint: its type has to do.
  }
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
