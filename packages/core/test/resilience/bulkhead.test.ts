import { bulkhead, type RefusedError } from "@sop/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FakeClock } from "../support/fake.ts";
import { Manual, pass, turn, watch } from "./calls.ts";

describe("a bulkhead", () => {
  test("lets so many calls run at the same time, and refuses more with SOP_OVERLOAD and a time to wait", async () => {
    const policy = bulkhead({ maxConcurrent: 2, retryAfter: "3s", name: "db", clock: new FakeClock() });
    const manual = new Manual();
    watch(policy.execute(manual.task));
    watch(policy.execute(manual.task));
    const refused = watch(policy.execute(manual.task));
    await turn();
    expect(refused.error).toMatchObject({ code: "SOP_OVERLOAD", status: 503, retryAfter: 3_000, policy: "db" });
    expect(policy).toMatchObject({ active: 2, queued: 0, refusals: 1 });
    manual.calls[0]?.resolve(1);
    manual.calls[1]?.reject(new Error("no"));
    await turn();
    expect(policy.active).toBe(0);
    expect(await policy.execute(async () => "free again")).toBe("free again");
  });

  test("gets its place back from a function that throws at once", async () => {
    const policy = bulkhead({ maxConcurrent: 1, clock: new FakeClock() });
    const thrower = (): never => {
      throw new Error("at once");
    };
    await expect(policy.execute(thrower)).rejects.toThrow("at once");
    expect(policy.active).toBe(0);
  });

  test("gets its place back from a call that is given up, and counts the function that runs on", async () => {
    const policy = bulkhead({ maxConcurrent: 1, clock: new FakeClock() });
    const manual = new Manual();
    const controller = new AbortController();
    const call = watch(policy.execute(manual.task, { signal: controller.signal }));
    controller.abort(new Error("left"));
    await turn();
    expect(call.state).toBe("error:left");
    expect(policy).toMatchObject({ active: 0, runaways: 1 });
    manual.calls[0]?.resolve(1);
    await turn();
    expect(policy).toMatchObject({ active: 0, runaways: 0 });
  });
});

describe("its queue", () => {
  const full = (options: Parameters<typeof bulkhead>[0] = {}) => {
    const clock = new FakeClock();
    const policy = bulkhead({ maxConcurrent: 1, maxQueue: 2, clock, ...options });
    const first = new Manual();
    watch(policy.execute(first.task));
    const order: string[] = [];
    const queue = (name: string, given?: Parameters<typeof policy.execute>[1]) =>
      watch(
        policy.execute(async () => {
          order.push(name);
          return name;
        }, given),
      );
    return { clock, policy, order, queue, release: () => first.calls[0]?.resolve(0) };
  };

  test.each([
    ["fifo", ["a", "b"]],
    ["lifo", ["b", "a"]],
  ] as const)("is %s", async (kind, expected) => {
    const { queue, order, release, policy } = full({ order: kind });
    queue("a");
    queue("b");
    expect(policy.queued).toBe(2);
    release();
    await turn();
    expect(order).toEqual(expected);
    expect(policy).toMatchObject({ active: 0, queued: 0 });
  });

  test.each([
    ["fifo", "c", ["a", "b"]],
    ["lifo", "a", ["c", "b"]],
  ] as const)("full, %s: %s is refused", async (kind, loser, expected) => {
    const { queue, order, release } = full({ order: kind });
    const calls = { a: queue("a"), b: queue("b"), c: queue("c") };
    await turn();
    expect(calls[loser].state).toBe("error:SOP_OVERLOAD");
    release();
    await turn();
    expect(order).toEqual(expected);
  });

  test("is left after maxWait, with a refusal and nothing called", async () => {
    const { clock, queue, order, policy, release } = full({ maxWait: 200 });
    const call = queue("a");
    await pass(clock, 190, 10);
    expect(call.state).toBe("pending");
    await pass(clock, 30, 10);
    expect(call.state).toBe("error:SOP_OVERLOAD");
    expect(policy.queued).toBe(0);
    release();
    await turn();
    expect(order).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test("is left at the call's deadline, and not entered after it", async () => {
    const { clock, queue, policy } = full({ maxWait: "10s" });
    const soon = queue("a", { deadline: clock.monotonic() + 50 });
    const over = queue("b", { deadline: clock.monotonic() });
    await turn();
    expect(over.state).toBe("error:SOP_OVERLOAD");
    await pass(clock, 70, 10);
    expect(soon.state).toBe("error:SOP_OVERLOAD");
    expect(policy.queued).toBe(0);
  });

  test("gives no place to one whose time was over while the event loop was blocked", async () => {
    const { clock, queue, order, release } = full({ maxWait: 100 });
    const late = queue("late");
    clock.block(50);
    queue("in time");
    clock.block(60);
    release();
    await turn();
    expect(late.state).toBe("error:SOP_OVERLOAD");
    expect(order).toEqual(["in time"]);
  });

  test("is left at once by a call that is given up", async () => {
    const { queue, policy, order, release, clock } = full();
    const controller = new AbortController();
    const call = queue("a", { signal: controller.signal });
    queue("b");
    controller.abort(new Error("left"));
    await turn();
    expect(call.state).toBe("error:left");
    expect(policy.queued).toBe(1);
    release();
    await turn();
    expect(order).toEqual(["b"]);
    clock.advance(10);
    expect(clock.pending).toBe(0);
  });

  test("of a thousand drains although each of them fails at once", async () => {
    const { policy, release } = full({ maxQueue: 1_000 });
    const failing = (): never => {
      throw new Error("no");
    };
    const calls = Array.from({ length: 1_000 }, () => watch(policy.execute(failing)));
    release();
    await turn();
    expect(calls.every(({ state }) => state === "error:no")).toBe(true);
    expect(policy).toMatchObject({ active: 0, queued: 0 });
  });
});

test("whatever happens, no more functions are let in than there are places, and in the end all are free", async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("call"), n: fc.nat(400), abortable: fc.boolean() }),
    fc.record({ kind: fc.constantFrom("resolve", "reject", "abort", "wait"), n: fc.nat(400), abortable: fc.boolean() }),
  );
  const options = fc.record({
    maxConcurrent: fc.integer({ min: 1, max: 4 }),
    maxQueue: fc.integer({ min: 0, max: 4 }),
    order: fc.constantFrom("fifo" as const, "lifo" as const),
  });
  await fc.assert(
    fc.asyncProperty(options, fc.array(step, { maxLength: 40 }), async (given, steps) => {
      const clock = new FakeClock();
      const policy = bulkhead({ ...given, maxWait: 100, clock });
      const listening: (() => void)[] = [];
      const controllers: AbortController[] = [];
      const calls: { state: string }[] = [];
      let running = 0;
      const task = ({ signal }: { signal: AbortSignal }): Promise<number> => {
        running++;
        expect(running).toBeLessThanOrEqual(given.maxConcurrent);
        return new Promise<number>((resolve, reject) => {
          const end = (settle: () => void) => () => {
            settle();
            running--;
          };
          const once = [end(() => resolve(1)), end(() => reject(new Error("no")))];
          let isOver = false;
          const settle = (i: number) => {
            if (!isOver) once[i]?.();
            isOver = true;
          };
          signal.addEventListener("abort", () => settle(1));
          listening.push(() => settle(listening.length % 2));
        });
      };
      for (const { kind, n, abortable } of steps) {
        if (kind === "call") {
          const controller = new AbortController();
          controllers.push(controller);
          const signal = abortable ? controller.signal : undefined;
          calls.push(watch(policy.execute(task, { signal, deadline: clock.monotonic() + n })));
        } else if (kind === "abort") controllers[n % (controllers.length || 1)]?.abort(new Error("left"));
        else if (kind === "wait") clock.advance(n);
        else listening[n % (listening.length || 1)]?.();
        await turn();
        expect(policy.active).toBeLessThanOrEqual(given.maxConcurrent);
        expect(policy.queued).toBeLessThanOrEqual(given.maxQueue);
      }
      for (let i = 0; i < listening.length; i++) {
        listening[i]?.();
        await turn();
      }
      expect(policy).toMatchObject({ active: 0, queued: 0, runaways: 0 });
      expect(calls.filter(({ state }) => state === "pending")).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

test("a refusal is an error without a stack of its own", async () => {
  const policy = bulkhead({ maxConcurrent: 1 });
  watch(policy.execute(() => new Promise(() => {})));
  const error: RefusedError = await policy
    .execute(async () => 1)
    .then(
      () => expect.unreachable(),
      (reason: RefusedError) => reason,
    );
  expect(error).toBeInstanceOf(Error);
  expect(error.message).toBe("the bulkhead is full");
});

test.each([
  [{ maxConcurrent: 0 }, "maxConcurrent: got 0, expected a whole number of 1 to"],
  [{ maxQueue: -1 }, "maxQueue: got -1"],
  [{ order: "random" }, 'order: got "random", expected one of "fifo", "lifo"'],
  [{ name: "" }, 'name: got "", expected a non-empty string'],
])("bulkhead(%j) is refused: %s", (options, message) => {
  expect(() => bulkhead(options as never)).toThrow(message);
});
