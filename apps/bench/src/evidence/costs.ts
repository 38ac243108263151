import { setTimeout as pause } from "node:timers/promises";
import { load } from "../load.ts";
import { hasWrk, wrk } from "../wrk.ts";
import { paced } from "./paced.ts";
import type { Reading, Subject } from "./subject.ts";

/** What one setup takes. */
export interface Cost {
  /** Share of one processor while there is nothing to do. */
  readonly idle: number;
  /** The same with the steady load. */
  readonly steady: number;
  /** Microseconds a request with all the load that it can take. */
  readonly full: number;
  /** Memory after the idle time, and in the end. */
  readonly before: Reading;
  readonly after: Reading;
}

/** Requests a second of the steady load. */
export const RATE = 500;

interface Plan {
  readonly rounds: number;
  readonly seconds: number;
  readonly progress: (text: string) => void;
}

/** Measures all at once while they are idle, and in turn under load, so that what disturbs one disturbs all. Medians. */
export async function costs(subjects: readonly Subject[], { rounds, seconds, progress }: Plan): Promise<Cost[]> {
  const [idle, steady, full] = [[], [], []].map(() => subjects.map(() => [] as number[])) as [
    number[][],
    number[][],
    number[][],
  ];
  progress("warming up");
  for (const { port } of subjects) await saturate(port, 1);
  await pause(12_000);
  const before = await Promise.all(subjects.map((subject) => subject.ask("memory")));
  for (let n = 0; n < rounds; n++) {
    progress(`round ${n + 1} of ${rounds}: idle`);
    const shares = await Promise.all(subjects.map((subject) => shareOf(subject, () => pause(seconds * 4_000))));
    for (const [i, share] of shares.entries()) idle[i]?.push(share);
    progress(`round ${n + 1} of ${rounds}: ${RATE} requests a second`);
    const busy = await Promise.all(
      subjects.map((subject) => shareOf(subject, () => paced(subject.port, RATE, seconds * 2))),
    );
    for (const [i, share] of busy.entries()) steady[i]?.push(share);
    // Every other round begins at the other end, so that none of them is always the first.
    const order = subjects.map((_, i) => (n % 2 === 0 ? i : subjects.length - 1 - i));
    for (const i of order) {
      const subject = subjects[i] as Subject;
      progress(`round ${n + 1} of ${rounds}: all that it can take, ${subject.setup.name}`);
      const { cpu } = await subject.ask();
      const answered = await saturate(subject.port, seconds);
      full[i]?.push(((await subject.ask()).cpu - cpu) / answered);
    }
  }
  await pause(3_000);
  const after = await Promise.all(subjects.map((subject) => subject.ask("memory")));
  return subjects.map((_, i) => ({
    idle: median(idle[i] ?? []),
    steady: median(steady[i] ?? []),
    full: median(full[i] ?? []),
    before: before[i] as Reading,
    after: after[i] as Reading,
  }));
}

/** Of one processor, what the server took while `fn` ran. */
async function shareOf(subject: Subject, fn: () => Promise<unknown>): Promise<number> {
  const before = await subject.ask();
  const started = performance.now();
  await fn();
  const elapsed = performance.now() - started;
  return ((await subject.ask()).cpu - before.cpu) / 1_000 / elapsed;
}

function saturate(port: number, seconds: number): Promise<number> {
  if (hasWrk()) return wrk(`http://127.0.0.1:${port}/items/7`, seconds);
  const end = performance.now() + seconds * 1_000;
  return load(port, "/items/7", { more: () => performance.now() < end });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
