import type { RequestContext, RetryStorm } from "@sop/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { RetryGuard } from "../src/outgoing/retry-guard.ts";
import { bench } from "./support/fake.ts";

const WINDOW = 10_000;

const call = fc.record({
  wait: fc.constantFrom(...new Array<number>(30).fill(0), 100, 5_000, 9_999, 10_000, 25_000),
  host: fc.constantFrom("a", "b"),
  key: fc.constantFrom("GET /1", "GET /2", "PUT /1"),
  request: fc.integer({ min: 0, max: 5 }),
  fails: fc.constantFrom(true, true, false),
});

/** The same, by looking at everything that ever happened. */
class Reference {
  readonly #failed = new Set<string>();
  #window = 0;
  #seen: { host: string; isRetry: boolean }[] = [];
  #storming = new Map<string, { confirmed: boolean }>();

  started(
    host: string,
    request: number,
    key: string,
    now: number,
  ): { isRetry: boolean; begins: boolean; allowed: boolean } {
    if (now - this.#window >= WINDOW) {
      const paused = now - this.#window >= 2 * WINDOW;
      for (const [name, storm] of this.#storming) {
        if (paused || !storm.confirmed) this.#storming.delete(name);
        else storm.confirmed = false;
      }
      this.#seen = [];
      this.#window = now;
    }
    const isRetry = this.#failed.has(`${request} ${key}`);
    this.#seen.push({ host, isRetry });
    const calls = this.#seen.filter((seen) => seen.host === host);
    const first = calls.filter((seen) => !seen.isRetry).length;
    const reached = isRetry && calls.length >= 20 && calls.length >= 2 * first;
    const begins = reached && !this.#storming.has(host);
    if (reached) this.#storming.set(host, { confirmed: true });
    return { isRetry, begins, allowed: !(isRetry && this.#storming.has(host)) };
  }

  failed(request: number, key: string): void {
    this.#failed.add(`${request} ${key}`);
  }
}

test("whatever calls are made and fail, storms begin and retries are refused as a naive reference says", () => {
  fc.assert(
    fc.property(fc.array(call, { minLength: 50, maxLength: 300, size: "max" }), (calls) => {
      const { open } = bench();
      const contexts: readonly RequestContext[] = Array.from({ length: 6 }, () => open());
      const found: RetryStorm[] = [];
      const guard = new RetryGuard({ window: WINDOW, threshold: 2, block: true }, (storm) => found.push(storm));
      const reference = new Reference();
      let now = 0;
      let begun = 0;
      for (const { wait, host, key, request, fails } of calls) {
        now += wait;
        const made = { host, key, context: contexts[request] };
        const expected = reference.started(host, request, key, now);
        expect(guard.started(made, now)).toBe(expected.allowed);
        if (expected.begins) begun++;
        expect(found).toHaveLength(begun);
        if (!fails) continue;
        guard.failed(made);
        reference.failed(request, key);
      }
      for (const { calls: all, retries, ratio } of found) {
        expect(all).toBeGreaterThanOrEqual(20);
        expect(ratio).toBe(all / (all - retries));
      }
    }),
  );
});

test("calls outside of requests are neither counted nor refused", () => {
  const found: RetryStorm[] = [];
  const guard = new RetryGuard({ window: WINDOW, threshold: 2, block: true }, (storm) => found.push(storm));
  for (let i = 0; i < 100; i++) {
    const poll = { host: "a", key: "GET /", context: undefined };
    expect(guard.started(poll, 0)).toBe(true);
    guard.failed(poll);
  }
  expect(found).toEqual([]);
});
