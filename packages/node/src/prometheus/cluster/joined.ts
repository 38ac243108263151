import type { PromExemplar, Value } from "../values.js";
import type { Family } from "./message.js";

interface Cell {
  value: number;
  /** How many were joined. */
  of: number;
  readonly labels: Value["labels"];
  readonly metricName: string | undefined;
  exemplar: PromExemplar | undefined;
}

interface JoinedFamily extends Omit<Family, "values"> {
  readonly cells: Map<string, Cell>;
}

const JOIN: Readonly<Record<string, (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  average: (a, b) => a + b,
  max: Math.max,
  min: Math.min,
  first: (a) => a,
};

/** The metrics of several processes as those of one. */
export class Joined {
  readonly #families = new Map<string, JoinedFamily>();

  /** Adds those of one process. A metric whose aggregator is `omit`, or unknown, is left out. */
  add(families: readonly Family[]): this {
    for (const { values, ...family } of families) {
      const join = JOIN[family.aggregator];
      if (!join) continue;
      const known = this.#families.get(family.name) ?? { ...family, cells: new Map<string, Cell>() };
      this.#families.set(family.name, known);
      for (const value of values) addTo(known.cells, value, join);
    }
    return this;
  }

  /** What outlives a process: what it has counted, but nothing that it was. */
  addCounted(families: readonly Family[]): this {
    return this.add(families.filter(({ type }) => type === "counter" || type === "histogram"));
  }

  families(): Family[] {
    return [...this.#families.values()].map(({ cells, ...family }) => ({
      ...family,
      values: [...cells.values()].map((cell) => joinedValue(cell, family.aggregator)),
    }));
  }
}

function addTo(cells: Map<string, Cell>, added: Value, join: (a: number, b: number) => number): void {
  const { labels, metricName, value, exemplar } = added;
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  const key = JSON.stringify([metricName, pairs]);
  const cell = cells.get(key);
  if (!cell) {
    cells.set(key, { value, of: 1, labels, metricName, exemplar });
    return;
  }
  cell.value = join(cell.value, value);
  cell.of++;
  if ((exemplar?.timestamp ?? 0) > (cell.exemplar?.timestamp ?? 0)) cell.exemplar = exemplar;
}

function joinedValue({ value, of, labels, metricName, exemplar }: Cell, aggregator: string): Value {
  return {
    labels,
    value: aggregator === "average" ? value / of : value,
    ...(metricName !== undefined && { metricName }),
    ...(exemplar && { exemplar }),
  };
}
