import { type Call, type SopError, timeout } from "@sop/core";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { FakeClock } from "../support/fake.ts";
import { JumpingClock, Manual, pass, turn, unhandledIn, watch } from "./calls.ts";

afterEach(() => vi.unstubAllGlobals());

describe("a call in time", () => {
  test.each(["hard", "cooperative"] as const)("%s: gives its value, and leaves no timer behind", async (mode) => {
    const clock = new FakeClock();
    const policy = timeout({ after: 100, mode, clock });
    expect(await policy.execute(async () => 7)).toBe(7);
    await expect(policy.execute(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(policy.pending).toBe(0);
    clock.advance(10);
    expect(clock.pending).toBe(0);
  });

  test("makes no AbortController unless its function asks for the signal", async () => {
    const made = vi.fn();
    vi.stubGlobal(
      "AbortController",
      class extends AbortController {
        constructor() {
          super();
          made();
        }
      },
    );
    const policy = timeout({ after: 100, clock: new FakeClock() });
    await policy.execute(async () => 1);
    expect(made).not.toHaveBeenCalled();
    await policy.execute(async ({ signal }) => signal.aborted);
    expect(made).toHaveBeenCalledOnce();
  });

  test("a function that throws at once is one that rejects, and a thenable is waited for", async () => {
    const policy = timeout({ after: 100, clock: new FakeClock() });
    const thrower = (): never => {
      throw new Error("at once");
    };
    await expect(policy.execute(thrower)).rejects.toThrow("at once");
    // biome-ignore lint/suspicious/noThenProperty: it is about foreign thenables.
    const thenable = { then: (resolve: (n: number) => void) => resolve(5) } as PromiseLike<number>;
    expect(await policy.execute(() => thenable)).toBe(5);
  });
});

describe("a hard timeout", () => {
  test("fails the call at once with SOP_TIMEOUT, and aborts its signal with the same error", async () => {
    const clock = new FakeClock();
    const manual = new Manual();
    const call = watch(timeout({ after: 100, clock }).execute(manual.task));
    await pass(clock, 99, 1);
    expect(call.state).toBe("pending");
    await pass(clock, 5, 1);
    expect(call.error).toMatchObject({ code: "SOP_TIMEOUT", status: 504, message: "the call took longer than 100 ms" });
    expect(manual.calls[0]?.signal.reason).toBe(call.error);
  });

  test("drops what the function does later: a value, an error, nothing", async () => {
    const clock = new FakeClock();
    const policy = timeout({ after: 100, clock });
    const manual = new Manual();
    const cancel = vi.fn();
    const unhandled = await unhandledIn(async () => {
      const calls = [0, 1, 2].map(() => watch(policy.execute(manual.task)));
      await pass(clock, 120);
      manual.calls[0]?.resolve({ body: { cancel } });
      manual.calls[1]?.reject(new Error("late"));
      await turn();
      expect(calls.map(({ state }) => state)).toEqual(Array(3).fill("error:SOP_TIMEOUT"));
    });
    expect(unhandled).toEqual([]);
    expect(cancel).toHaveBeenCalledOnce();
    expect(policy).toMatchObject({ timeouts: 3, pending: 0 });
    expect(clock.pending).toBe(0);
  });

  test("is never early and at most two ticks late, whatever its length is and when the call begins", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 0, max: 50 }), async (after, offset) => {
        const clock = new FakeClock();
        const policy = timeout({ after, clock });
        void policy.execute(() => new Promise(() => {})).catch(() => {});
        clock.advance(offset);
        const begun = clock.monotonic();
        let ended = 0;
        const task = ({ signal }: Call): Promise<never> => {
          signal.addEventListener("abort", () => {
            ended = clock.monotonic();
          });
          return new Promise(() => {});
        };
        const call = watch(policy.execute(task));
        clock.advance(after + 50);
        await turn();
        expect(call.state).toBe("error:SOP_TIMEOUT");
        expect(ended - begun).toBeGreaterThanOrEqual(after);
        expect(ended - begun).toBeLessThanOrEqual(after + Math.max(2, Math.min(20, after * 0.04)) + 1);
      }),
      { numRuns: 60 },
    );
  });

  test("does not count the time for which the event loop was blocked as the call began", async () => {
    const clock = new FakeClock();
    const manual = new Manual();
    const call = watch(timeout({ after: 100, clock }).execute(manual.task));
    clock.block(5_000);
    clock.advance(0);
    manual.calls[0]?.resolve("in time");
    await turn();
    expect(call.state).toBe("value:in time");
  });

  test("comes although the clock went back an hour", async () => {
    const clock = new JumpingClock();
    const call = watch(timeout({ after: 100, clock }).execute(() => new Promise(() => {})));
    await pass(clock, 50, 10);
    clock.jumped = -3_600_000;
    await pass(clock, 80, 10);
    expect(call.state).toBe("error:SOP_TIMEOUT");
  });
});

describe("a cooperative timeout", () => {
  test("waits for the function: what it throws becomes the cause", async () => {
    const clock = new FakeClock();
    const manual = new Manual();
    const call = watch(timeout({ after: 100, mode: "cooperative", clock }).execute(manual.task));
    await pass(clock, 120);
    expect(call.state).toBe("pending");
    const cleanup = new Error("rolled back");
    manual.calls[0]?.reject(cleanup);
    await turn();
    expect(call.state).toBe("error:SOP_TIMEOUT");
    expect((call.error as SopError).cause).toBe(cleanup);
  });

  test("has no cause where the function hands on the signal's reason", async () => {
    const clock = new FakeClock();
    const listens = ({ signal }: Call): Promise<never> =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const call = watch(timeout({ after: 100, mode: "cooperative", clock }).execute(listens));
    await pass(clock, 120);
    expect(call.state).toBe("error:SOP_TIMEOUT");
    expect((call.error as SopError).cause).toBeUndefined();
  });

  test("lets a late value count: what was done is not told as a failure", async () => {
    const clock = new FakeClock();
    const manual = new Manual();
    const policy = timeout({ after: 100, mode: "cooperative", clock });
    const call = watch(policy.execute(manual.task));
    await pass(clock, 500);
    manual.calls[0]?.resolve("done");
    await turn();
    expect(call.state).toBe("value:done");
    expect(policy.timeouts).toBe(1);
  });
});

test("all calls of a policy share one timer, and it waits for none", async () => {
  const clock = new FakeClock();
  const policy = timeout({ after: 1_000, clock });
  const calls = Array.from({ length: 50 }, () => watch(policy.execute(() => new Promise(() => {}))));
  expect(clock.pending).toBe(1);
  expect(policy.pending).toBe(50);
  await pass(clock, 1_020);
  expect(new Set(calls.map(({ state }) => state))).toEqual(new Set(["error:SOP_TIMEOUT"]));
  expect(clock.pending).toBe(0);
});

test("a call that is made because the time of another one is over has its own time", async () => {
  const clock = new FakeClock();
  const policy = timeout({ after: 100, clock });
  let second = watch(Promise.resolve());
  const task = ({ signal }: Call): Promise<never> => {
    signal.addEventListener("abort", () => {
      second = watch(policy.execute(() => new Promise(() => {})));
    });
    return new Promise(() => {});
  };
  watch(policy.execute(task));
  await pass(clock, 110, 1);
  expect(second.state).toBe("pending");
  await pass(clock, 110, 1);
  expect(second.state).toBe("error:SOP_TIMEOUT");
});

test("a call knows its deadline, the nearest one", async () => {
  const clock = new FakeClock();
  const deadlineOf = async ({ deadline }: Call): Promise<number> => deadline - clock.monotonic();
  expect(await timeout({ after: 100, clock }).execute(deadlineOf)).toBe(100);
  const near = { deadline: clock.monotonic() + 30 };
  expect(await timeout({ after: 100, clock }).execute(deadlineOf, near)).toBe(30);
});

test.each([
  [undefined, "after: got nothing, expected a duration"],
  [0, "after: got 0, expected a duration of 1 to"],
  ["5 s", 'after: got "5 s"'],
  [{ after: 5, mode: "soft" }, 'mode: got "soft", expected one of "hard", "cooperative"'],
  [{ after: 5, afer: 6 }, "afer: got 6, expected no such option"],
  [{ after: 5, clock: {} }, "clock: got {}, expected an object with the methods now, monotonic"],
])("timeout(%j) is refused: %s", (options, message) => {
  expect(() => timeout(options as never)).toThrow(message);
});
