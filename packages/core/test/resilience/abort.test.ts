import { AsyncLocalStorage } from "node:async_hooks";
import { adaptiveLimit, bulkhead, type Call, fallback, hedge, type Policy, policy, retry, timeout } from "@sop/core";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { UNLIMITED } from "../../src/resilience/call.ts";
import { compose } from "../../src/resilience/compose/policy.ts";
import { Scope } from "../../src/resilience/scope.ts";
import { FakeClock } from "../support/fake.ts";
import { Manual, pass, turn, unhandledIn, watch } from "./calls.ts";

type Make = (clock: FakeClock) => Policy<unknown>;

const MAKES: Readonly<Record<string, Make>> = {
  hard: (clock) => timeout({ after: 300, clock }),
  cooperative: (clock) => timeout({ after: 200, mode: "cooperative", clock }),
  retry: (clock) => retry({ idempotent: true, retryOn: () => true, clock }),
  bulkhead: (clock) => bulkhead({ maxConcurrent: 1, maxQueue: 1, clock }),
  adaptive: (clock) => adaptiveLimit({ clock }),
  fallback: (clock) => fallback({ value: "covered", stale: {}, clock }),
  hedge: (clock) => hedge({ delay: 50, idempotent: true, clock }),
};
const names = Object.keys(MAKES);

const alone = (clock: FakeClock, name: string): Policy<unknown> => (MAKES[name] as Make)(clock);
const together = (clock: FakeClock, chosen: readonly string[]): Policy<unknown> =>
  compose(
    chosen.map((name) => alone(clock, name)),
    { warn: () => {}, deadline: Number.POSITIVE_INFINITY },
  );

describe.each(names)("%s", (name) => {
  test("calls nothing for a caller who has given up already", async () => {
    const task = vi.fn();
    const signal = AbortSignal.abort(new Error("left"));
    await expect(alone(new FakeClock(), name).execute(task, { signal })).rejects.toThrow("left");
    expect(task).not.toHaveBeenCalled();
  });

  test("rejects with the caller's reason as soon as he gives up, though the function never listens", async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const manual = new Manual();
    const guarded = alone(clock, name);
    const call = watch(guarded.execute(manual.task, { signal: controller.signal }));
    await turn();
    const reason = new Error("left");
    controller.abort(reason);
    await turn();
    expect(call.error).toBe(reason);
    expect(manual.calls[0]?.signal.reason).toBe(reason);
    await pass(clock, 1_000, 100);
    expect(manual.calls).toHaveLength(1);
    expect(clock.pending).toBe(0);
    expect(guarded).not.toMatchObject({ active: 1 });
  });

  test("calls nothing within an outer call that was given up", async () => {
    const task = vi.fn();
    const outer = new Scope(UNLIMITED);
    outer.abort(new Error("left"));
    const call = watch(alone(new FakeClock(), name).run(task, outer));
    await turn();
    expect(call.state).toBe("error:left");
    expect(task).not.toHaveBeenCalled();
  });

  test("takes its listener off a signal that outlives the call", async () => {
    const { signal } = new AbortController();
    const removed = vi.spyOn(signal, "removeEventListener");
    const added = vi.spyOn(signal, "addEventListener");
    const clock = new FakeClock();
    const guarded = alone(clock, name);
    await guarded.execute(async () => 1, { signal });
    watch(guarded.execute(() => Promise.reject(new Error("no")), { signal }));
    await pass(clock, 1_000, 100);
    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length);
  });

  test("throws nothing, whatever it is called with", async () => {
    for (const task of [undefined, 5, {}]) {
      const clock = new FakeClock();
      const call = watch(alone(clock, name).execute(task as never));
      await pass(clock, 1_000, 100);
      expect(call.state).not.toBe("pending");
    }
  });
});

test("no composition swallows an abort, leaves anything pending, or lets a rejection go unhandled", async () => {
  const behaviour = fc.constantFrom("resolves", "rejects", "throws", "listens", "never");
  const property = fc.asyncProperty(
    fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 5 }),
    fc.array(behaviour, { minLength: 1, maxLength: 4 }),
    fc.integer({ min: 0, max: 600 }),
    async (chosen, behaviours, after) => {
      const clock = new FakeClock();
      const parts = chosen.map((name) => alone(clock, name));
      const all = compose(parts, { warn: () => {}, deadline: Number.POSITIVE_INFINITY });
      const controller = new AbortController();
      let made = 0;
      const task = ({ signal }: Call): unknown => {
        const kind = behaviours[made++ % behaviours.length];
        if (kind === "throws") throw new Error("at once");
        if (kind === "resolves") return new Promise((resolve) => clock.setTimeout(() => resolve("done"), 40));
        if (kind === "rejects") return Promise.reject(new Error("no"));
        return new Promise((_, reject) => {
          if (kind === "listens") signal.addEventListener("abort", () => reject(signal.reason));
        });
      };
      const call = watch(all.execute(task, { signal: controller.signal, key: "k" }));
      await pass(clock, after, 30);
      const before = call.state;
      controller.abort(new Error("left"));
      await turn();
      if (before === "pending") expect(call.state).toBe("error:left");
      const then = made;
      await pass(clock, 3_000, 500);
      expect(made).toBe(then);
      expect(clock.pending).toBe(0);
      for (const part of parts) {
        expect(part).not.toMatchObject({ active: 1 });
        expect(part).not.toMatchObject({ queued: 1 });
        if (part.kind === "timeout") expect(part).toMatchObject({ pending: 0 });
      }
    },
  );
  expect(await unhandledIn(() => fc.assert(property, { numRuns: 300 }))).toEqual([]);
});

describe("within an outer call that is given up", () => {
  const failing = (): Promise<never> => Promise.reject(new Error("boom"));

  test("a retry that waits for its next attempt ends at once", async () => {
    const outer = new Scope(UNLIMITED);
    const call = watch(alone(new FakeClock(), "retry").run(failing, outer));
    await turn();
    outer.abort(new Error("left"));
    await turn();
    expect(call.state).toBe("error:left");
  });

  test("a fallback covers nothing", async () => {
    const outer = new Scope(UNLIMITED);
    const manual = new Manual();
    const call = watch(alone(new FakeClock(), "fallback").run(manual.task, outer));
    outer.abort(new Error("left"));
    manual.calls[0]?.reject(new Error("boom"));
    await turn();
    expect(call.state).toBe("error:boom");
  });

  test("a cooperative timeout waits for its function, but no longer for its time", async () => {
    const clock = new FakeClock();
    const outer = new Scope(UNLIMITED);
    const limited = timeout({ after: 100, mode: "cooperative", clock });
    const manual = new Manual();
    const call = watch(limited.run(manual.task, outer));
    outer.abort(new Error("left"));
    expect(limited.pending).toBe(0);
    await pass(clock, 200, 10);
    manual.calls[0]?.reject(new Error("boom"));
    await turn();
    expect(call.state).toBe("error:boom");
    expect(limited.timeouts).toBe(0);
  });
});

describe("what a policy calls runs in the async context of its own call", () => {
  const context = new AsyncLocalStorage<string>();

  test("a retry after a timeout whose timer another call has started", async () => {
    const clock = new FakeClock();
    const all = policy(
      fallback({ with: () => `covered for ${context.getStore()}` }),
      retry({ idempotent: true, attempts: 2, delay: 0, clock }),
      timeout({ after: 100, clock }),
    );
    const seen: (string | undefined)[] = [];
    const task = (): Promise<never> => {
      seen.push(context.getStore());
      return new Promise(() => {});
    };
    const calls = ["a", "b"].map((name) => context.run(name, () => watch(all.execute(task))));
    await pass(clock, 400, 10);
    expect(seen).toEqual(["a", "b", "a", "b"]);
    expect(calls.map(({ state }) => state)).toEqual(["value:covered for a", "value:covered for b"]);
  });

  test("a call that waited for the place of another one", async () => {
    const places = bulkhead({ maxConcurrent: 1, maxQueue: 1, clock: new FakeClock() });
    const manual = new Manual();
    context.run("a", () => watch(places.execute(manual.task)));
    const second = context.run("b", () => watch(places.execute(async () => context.getStore())));
    context.run("a", () => manual.calls[0]?.resolve(1));
    await turn();
    expect(second.state).toBe("value:b");
  });
});

test("a composition of all of them gives the value", async () => {
  expect(await together(new FakeClock(), names).execute(async () => 7)).toBe(7);
});
