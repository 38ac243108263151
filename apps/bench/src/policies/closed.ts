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
import { awaited, bytesPerCall, type Call, type Effort, fastest } from "./measure.ts";

const bare = async (): Promise<number> => 1;
const given = (value: unknown): unknown => value;
const thrown = (error: unknown): never => {
  throw error;
};

const count = circuitBreaker();
const time = circuitBreaker({ slidingWindowType: "time" });
const slow = circuitBreaker({ slowCallDurationThreshold: "1s" });
const lean = { timeout: false, enableSnapshots: false, rollingPercentilesEnabled: false } as const;

function peer(breaker: IBreaker): Call {
  const policy = cockatiel(handleAll, { halfOpenAfter: 10_000, breaker });
  return () => policy.execute(bare);
}

const opossums: { shutdown(): void }[] = [];

function older(options: CircuitBreaker.Options): Call {
  const breaker = new CircuitBreaker(bare, options);
  opossums.push(breaker);
  return () => breaker.fire();
}

/** Rows of the table by name: a call of a function that resolves, through what is closed. The first is what all are compared with. */
async function rows(): Promise<Record<string, Call>> {
  return {
    "bare, awaited": bare,
    "`then` with two functions": () => bare().then(given, thrown),
    "SOP, window of calls": () => count.execute(bare),
    "SOP, window of time": () => time.execute(bare),
    "SOP, slow calls measured": () => slow.execute(bare),
    ...(await composed(bare)),
    "cockatiel, consecutive": peer(new ConsecutiveBreaker(5)),
    "cockatiel, count": peer(new CountBreaker({ threshold: 0.5, size: 100 })),
    "cockatiel, sampling": peer(new SamplingBreaker({ threshold: 0.5, duration: 60_000 })),
    "opossum, as it comes": older({}),
    "opossum, lean": older(lean),
  };
}

export interface ClosedCost {
  readonly name: string;
  /** Nanoseconds a call. */
  readonly ns: number;
  readonly bytes: number;
}

/** What a call costs that is let through, the bare one first. */
export async function closedCosts(effort: Effort): Promise<ClosedCost[]> {
  const calls = Object.entries(await rows());
  const loops = calls.map(([, call]) => awaited(call));
  const ns = await fastest(loops, effort);
  const costs: ClosedCost[] = [];
  for (const [index, each] of loops.entries()) {
    costs.push({ name: calls[index]?.[0] ?? "", ns: ns[index] ?? Number.NaN, bytes: await bytesPerCall(each) });
  }
  // Their timers sort what was measured at each tick.
  for (const breaker of opossums) breaker.shutdown();
  return costs;
}
