import { LineScanner } from "./line-scanner.js";

/** One sample of a text exposition. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** May be `NaN` or infinite. */
  readonly value: number;
}

/** What a text exposition has. */
export interface Exposition {
  /** Types by metric, as far as they are declared: `histogram`, `summary`, ... */
  readonly types: ReadonlyMap<string, string>;
  readonly samples: readonly Sample[];
}

/** A text that is no exposition. */
export class ExpositionError extends Error {}

/**
 * Reads the text format of Prometheus (0.0.4 and later, with quoted names) or OpenMetrics. Timestamps and exemplars are read and left out.
 * `isWanted` keeps the others from being remembered. Throws an {@link ExpositionError} that names the line.
 */
export function parseExposition(text: string, isWanted: (name: string) => boolean = () => true): Exposition {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    const content = line.trim();
    if (content === "") continue;
    if (content.startsWith("#")) {
      if (content === "# EOF") break;
      const [, name, type] = TYPE.exec(content) ?? [];
      if (name !== undefined && type !== undefined) types.set(unquoted(name), type.toLowerCase());
      continue;
    }
    try {
      const sample = new LineScanner(content).sample();
      if (isWanted(sample.name)) samples.push(sample);
    } catch (error) {
      throw new ExpositionError(`line ${i + 1}: ${(error as Error).message}`);
    }
  }
  return { types, samples };
}

const TYPE = /^#\s+TYPE\s+("(?:[^"\\]|\\.)*"|\S+)\s+(\S+)$/;

function unquoted(name: string): string {
  return name.startsWith('"')
    ? name.slice(1, -1).replace(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped))
    : name;
}
