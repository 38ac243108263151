import { circuitBreaker } from "@sop/core";
import { ConsecutiveBreaker, circuitBreaker as cockatiel, handleAll } from "cockatiel";
import CircuitBreaker from "opossum";
import { caught, type Effort, fastest, type Way } from "./measure.ts";

const error = new Error("reused");
const task = async (): Promise<number> => 1;

const ours = circuitBreaker();
const traced = circuitBreaker({ refusalStack: true });
const peer = cockatiel(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) });

/** Rows by name: a call that an open breaker refuses. The first is what all are compared with. */
const ROWS: Readonly<Record<string, Way>> = {
  "`Promise.reject` of a reused error": { call: "task()", task: () => Promise.reject(error) },
  SOP: { call: "it.execute(task)", it: ours, task },
  "SOP, `refusalStack`": { call: "it.execute(task)", it: traced, task },
  cockatiel: { call: "it.execute(task)", it: peer, task },
};

/** Nanoseconds of a refusal by name, the bare rejection first. */
export async function refusalCosts(effort: Effort): Promise<(readonly [string, number])[]> {
  ours.forceOpen();
  traced.forceOpen();
  peer.isolate();
  const opossum = new CircuitBreaker(task);
  opossum.open();
  const rows = Object.entries({ ...ROWS, opossum: { call: "it.fire()", it: opossum } as const });
  const ns = await fastest(
    rows.map(([, way]) => caught(way)),
    effort,
  );
  opossum.shutdown();
  return rows.map(([name], index) => [name, ns[index] ?? Number.NaN]);
}
