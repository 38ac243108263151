import { setTimeout as after } from "node:timers/promises";
import { circuitBreaker } from "@sop/core";
import { CountBreaker, circuitBreaker as cockatiel, handleAll } from "cockatiel";
import CircuitBreaker from "opossum";
import { collect } from "./measure.ts";

export const MANY = 10_000;
/** Milliseconds. */
const SPAN = 2_000;

interface Stoppable {
  shutdown?(): void;
}

const bare = async (): Promise<number> => 1;

const ROWS: Readonly<Record<string, () => Stoppable>> = {
  SOP: () => circuitBreaker() as Stoppable,
  "cockatiel, count": () =>
    cockatiel(handleAll, {
      halfOpenAfter: 10_000,
      breaker: new CountBreaker({ threshold: 0.5, size: 100 }),
    }) as Stoppable,
  opossum: () => new CircuitBreaker(bare),
};

export interface IdleCost {
  readonly name: string;
  /** Bytes of each. */
  readonly bytes: number;
  /** Share of one processor that all of them take. */
  readonly cpu: number;
}

/** What ten thousand breakers cost that nobody calls. */
export async function idleCosts(): Promise<IdleCost[]> {
  const costs: IdleCost[] = [];
  for (const [name, make] of Object.entries(ROWS)) {
    collect();
    const before = bytesInUse();
    const all = Array.from({ length: MANY }, make);
    collect();
    const bytes = (bytesInUse() - before) / MANY;
    const since = process.cpuUsage();
    await after(SPAN);
    const { user, system } = process.cpuUsage(since);
    for (const breaker of all) breaker.shutdown?.();
    costs.push({ name, bytes, cpu: (user + system) / 1_000 / SPAN });
  }
  return costs;
}

function bytesInUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
