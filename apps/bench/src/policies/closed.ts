import { circuitBreaker } from "@sop/core";
import {
  ConsecutiveBreaker,
  CountBreaker,
  circuitBreaker as cockatiel,
  handleAll,
  type IBreaker,
  SamplingBreaker,
} from "cockatiel";
import CircuitBreaker from "opossum";
import { composed } from "./composed.ts";
import { awaited, bytesPerCall, type Effort, fastest, type Way } from "./measure.ts";

const task = async (): Promise<number> => 1;
const both = {
  given: (value: unknown): unknown => value,
  thrown: (error: unknown): never => {
    throw error;
  },
};
const lean = { timeout: false, enableSnapshots: false, rollingPercentilesEnabled: false } as const;

const execute = (it: object): Way => ({ call: "it.execute(task)", it, task });
const peer = (breaker: IBreaker): Way => execute(cockatiel(handleAll, { halfOpenAfter: 10_000, breaker }));
const older = (it: CircuitBreaker): Way => ({ call: "it.fire()", it });

const opossums = [new CircuitBreaker(task), new CircuitBreaker(task, lean)] as const;

/** Rows of the table by name: a call of a function that resolves, through what is closed. The first is what all are compared with. */
const ROWS: Readonly<Record<string, Way>> = {
  "bare, awaited": { call: "task()", task },
  "`then` with two functions": { call: "task().then(it.given, it.thrown)", it: both, task },
  "SOP, window of calls": execute(circuitBreaker()),
  "SOP, window of time": execute(circuitBreaker({ slidingWindowType: "time" })),
  "SOP, slow calls measured": execute(circuitBreaker({ slowCallDurationThreshold: "1s" })),
  ...(composed && { "SOP, timeout, retry, breaker, bulkhead": execute(composed) }),
  "cockatiel, consecutive": peer(new ConsecutiveBreaker(5)),
  "cockatiel, count": peer(new CountBreaker({ threshold: 0.5, size: 100 })),
  "cockatiel, sampling": peer(new SamplingBreaker({ threshold: 0.5, duration: 60_000 })),
  "opossum, as it comes": older(opossums[0]),
  "opossum, lean": older(opossums[1]),
};

export interface ClosedCost {
  readonly name: string;
  /** Nanoseconds a call. */
  readonly ns: number;
  readonly bytes: number;
}

/** What a call costs that is let through, the bare one first. `only`: a part of the names of the others that are measured. */
export async function closedCosts(effort: Effort, only = ""): Promise<ClosedCost[]> {
  const rows = Object.entries(ROWS).filter(([name], index) => index === 0 || name.includes(only));
  const names = rows.map(([name]) => name);
  const loops = rows.map(([, way]) => awaited(way));
  const ns = await fastest(loops, effort);
  const costs: ClosedCost[] = [];
  for (const [index, each] of loops.entries()) {
    costs.push({ name: names[index] ?? "", ns: ns[index] ?? Number.NaN, bytes: await bytesPerCall(each) });
  }
  // Their timers sort what was measured at each tick.
  for (const breaker of opossums) breaker.shutdown();
  return costs;
}
