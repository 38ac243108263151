import { load } from "./load.ts";
import { Subject } from "./subject.ts";
import type { Framework, Variant } from "./variant.ts";
import { hasWrk, wrk } from "./wrk.ts";

/** Whether the load is wrk's. */
export const USES_WRK: boolean = hasWrk();

/** One variant's figures, each the median of all rounds. */
export interface Cost {
  /** Microseconds of the server's CPU a request. */
  readonly cpu: number;
  /** Requests a second. */
  readonly rate: number;
}

/** Measures variants in turn, in one run: what disturbs the machine disturbs all of them. */
export async function throughput(
  framework: Framework,
  variants: readonly Variant[],
  { rounds, seconds, progress }: { rounds: number; seconds: number; progress: (round: number) => void },
): Promise<Record<string, Cost>> {
  const subjects = await Promise.all(variants.map((variant) => Subject.start(framework, variant)));
  const found = subjects.map(() => ({ cpu: [] as number[], rate: [] as number[] }));
  try {
    for (const subject of subjects) await round(subject, 3);
    for (let n = 0; n < rounds; n++) {
      progress(n);
      // Every other round begins at the other end, so that none of them is always the first.
      const order = subjects.map((_, i) => (n % 2 === 0 ? i : subjects.length - 1 - i));
      for (const i of order) {
        const { cpu, rate } = await round(subjects[i] as Subject, seconds);
        found[i]?.cpu.push(cpu);
        found[i]?.rate.push(rate);
      }
    }
  } finally {
    for (const subject of subjects) subject.stop();
  }
  return Object.fromEntries(
    variants.map((variant, i) => [variant, { cpu: median(found[i]?.cpu ?? []), rate: median(found[i]?.rate ?? []) }]),
  );
}

async function round(subject: Subject, seconds: number): Promise<Cost> {
  const before = await subject.ask("cpu");
  const started = performance.now();
  const answered = await answeredIn(seconds, subject.port);
  const elapsed = (performance.now() - started) / 1_000;
  const after = await subject.ask("cpu");
  return { cpu: (after.cpu - before.cpu) / answered, rate: answered / elapsed };
}

function answeredIn(seconds: number, port: number): Promise<number> {
  if (USES_WRK) return wrk(`http://127.0.0.1:${port}/items/7`, seconds);
  const end = performance.now() + seconds * 1_000;
  return load(port, "/items/7", { more: () => performance.now() < end });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
