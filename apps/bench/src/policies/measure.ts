/** Calls something `n` times, each after the one before has settled. */
export type Loop = (n: number) => Promise<void>;

/** Makes one call. */
export type Call = () => Promise<unknown>;

const AWAITED = "return async (n) => { for (let i = 0; i < n; i++) await call(); };";
const CAUGHT = "return async (n) => { for (let i = 0; i < n; i++) { try { await call(); } catch {} } };";

let made = 0;

/** A loop of code of its own: shared, its one call site would know too many functions to be fast for any of them. */
function loop(body: string, call: Call): Loop {
  made++;
  return new Function("call", `/* ${made} */ ${body}`)(call) as Loop;
}

/** Awaits calls that fulfil. */
export function awaited(call: Call): Loop {
  return loop(AWAITED, call);
}

/** Awaits calls that reject. */
export function caught(call: Call): Loop {
  return loop(CAUGHT, call);
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
