/** What is measured: calls itself so many times. It returns something, so that nothing can be left out. */
export type Loop = (times: number) => unknown;

/** So few calls that no collection comes between the two readings of the heap. */
const FEW = 2_000;

/**
 * Median nanoseconds of CPU time, and bytes of heap, of each loop's call. The loops take turns: they are compared within one run, and
 * what else the machine does counts little. Bytes are those of `few` calls, between which nothing must be collected.
 */
export function measure(
  loops: Readonly<Record<string, Loop>>,
  times: number,
  rounds = 15,
  few = FEW,
): Record<string, Cost> {
  const collect = globalThis.gc;
  if (!collect) throw new Error("run with --expose-gc");
  const found = new Map<string, Cost[]>();
  for (let round = -2; round < rounds; round++) {
    for (const [name, loop] of Object.entries(loops)) {
      const start = process.cpuUsage();
      loop(times);
      const { user, system } = process.cpuUsage(start);
      const nanoseconds = ((user + system) * 1_000) / times;
      collect();
      const before = process.memoryUsage().heapUsed;
      loop(few);
      const bytes = Math.max(0, process.memoryUsage().heapUsed - before) / few;
      // The first two rounds warm up.
      if (round >= 0) found.set(name, [...(found.get(name) ?? []), { nanoseconds, bytes }]);
    }
  }
  return Object.fromEntries([...found].map(([name, costs]) => [name, median(costs)]));
}

/** Of one call. */
export interface Cost {
  readonly nanoseconds: number;
  readonly bytes: number;
}

function median(costs: readonly Cost[]): Cost {
  const middle = (of: (cost: Cost) => number): number =>
    costs.map(of).sort((a, b) => a - b)[Math.floor(costs.length / 2)] as number;
  return { nanoseconds: middle(({ nanoseconds }) => nanoseconds), bytes: middle(({ bytes }) => bytes) };
}
