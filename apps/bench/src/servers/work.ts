import { setImmediate } from "node:timers/promises";

/** What every server under test does for a request: one awaited hop, then a small JSON answer. */
export async function work(): Promise<{ ok: boolean; items: number[] }> {
  await setImmediate();
  return { ok: true, items: [1, 2, 3] };
}

/** Requests to `/held` wait here until they are let go, so that what one in flight weighs can be read. */
export const held: (() => void)[] = [];

export function hold(): Promise<{ ok: boolean }> {
  return new Promise((resolve) => {
    held.push(() => resolve({ ok: true }));
  });
}

/** Options of the Sop under test: a deadline for every request, as a service would have it. */
export const sopOptions = { service: "bench", logLevel: "silent", deadline: { default: "10s" } } as const;
