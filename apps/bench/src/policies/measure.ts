/** Calls something `n` times, each after the one before has settled. */
export type Loop = (n: number) => Promise<void>;

/** What is called. */
export type Task = () => Promise<unknown>;

/** One way to make a call, as an application would write it. */
export interface Way {
  /** An expression of `it` and `task`. */
  readonly call: "task()" | "task().then(it.given, it.thrown)" | "it.execute(task)" | "it.fire()";
  readonly it?: object;
  readonly task?: Task;
}

let made = 0;

/** A loop of code of its own: shared, its one call site would know too many functions to be fast for any of them. */
function loop(body: string, { it, task }: Way): Loop {
  made++;
  return new Function("it", "task", `/* ${made} */ return async (n) => { for (let i = 0; i < n; i++) ${body} };`)(
    it,
    task,
  ) as Loop;
}

/** Awaits calls that fulfil. */
export function awaited(way: Way): Loop {
  return loop(`await ${way.call};`, way);
}

/** Awaits calls that reject. */
export function caught(way: Way): Loop {
  return loop(`{ try { await ${way.call}; } catch {} }`, way);
}

/** Nanoseconds a call of each loop: the least of all rounds, in which the loops take turns. */
export async function fastest(loops: readonly Loop[], { rounds, calls }: Effort): Promise<number[]> {
  const least = loops.map(() => Number.POSITIVE_INFINITY);
  for (const each of loops) await each(calls);
  for (let round = 0; round < rounds; round++) {
    for (const [index, each] of loops.entries()) {
      const start = process.hrtime.bigint();
      await each(calls);
      const ns = Number(process.hrtime.bigint() - start) / calls;
      least[index] = Math.min(least[index] ?? ns, ns);
    }
  }
  return least;
}

/** How long is measured. */
export interface Effort {
  readonly rounds: number;
  /** Of each loop, in each round. */
  readonly calls: number;
}

const FEW = 2_000;

/** Bytes of heap that a call takes, before any of them is collected. */
export async function bytesPerCall(each: Loop): Promise<number> {
  await each(FEW * 10);
  collect();
  const before = process.memoryUsage().heapUsed;
  await each(FEW);
  return (process.memoryUsage().heapUsed - before) / FEW;
}

export function collect(): void {
  globalThis.gc?.();
  globalThis.gc?.();
}
