import { circuitBreaker } from "@sop/core";
import { ConsecutiveBreaker, circuitBreaker as cockatiel, handleAll } from "cockatiel";
import CircuitBreaker from "opossum";
import { type Call, caught, type Effort, fastest } from "./measure.ts";

const reused = new Error("reused");
const bare = async (): Promise<number> => 1;

/** Rows by name: a call that an open breaker refuses. The first is what all are compared with. */
function rows(): Record<string, Call> {
  const ours = circuitBreaker();
  ours.forceOpen();
  const traced = circuitBreaker({ refusalStack: true });
  traced.forceOpen();
  const peer = cockatiel(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) });
  peer.isolate();
  const older = new CircuitBreaker(bare);
  older.open();
  return {
    "`Promise.reject` of a reused error": () => Promise.reject(reused),
    SOP: () => ours.execute(bare),
    "SOP, `refusalStack`": () => traced.execute(bare),
    cockatiel: () => peer.execute(bare),
    opossum: () => older.fire(),
  };
}

/** Nanoseconds of a refusal by name, the bare rejection first. */
export async function refusalCosts(effort: Effort): Promise<(readonly [string, number])[]> {
  const calls = Object.entries(rows());
  const ns = await fastest(
    calls.map(([, call]) => caught(call)),
    effort,
  );
  return calls.map(([name], index) => [name, ns[index] ?? Number.NaN]);
}
