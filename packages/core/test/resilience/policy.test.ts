import {
  adaptiveLimit,
  bulkhead,
  type Call,
  fallback,
  hedge,
  OptionError,
  type Policy,
  type PolicyProblemKind,
  policy,
  retry,
  type Task,
  timeout,
} from "@sop/core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { compose } from "../../src/resilience/compose/policy.ts";
import { FakeClock } from "../support/fake.ts";
import { Manual, pass, turn, watch } from "./calls.ts";

afterEach(() => vi.restoreAllMocks());

/** A policy as somebody else would write it: it knows of promises only. */
function foreign(kind: Policy["kind"], log: string[] = []): Policy {
  const run = async <T>(task: Task<T>, call: Call): Promise<T> => {
    log.push(`${kind} in`);
    try {
      return await task(call);
    } finally {
      log.push(`${kind} out`);
    }
  };
  return { kind, run, execute: (task) => run(task, {} as Call) };
}

describe("a composition", () => {
  test("calls its policies outside-in, whoever wrote them", async () => {
    const log: string[] = [];
    const both = policy(timeout(100), foreign("breaker", log), bulkhead(), foreign("hedge", log));
    expect(await both.execute(async () => log.push("task"))).toBe(3);
    expect(log).toEqual(["breaker in", "hedge in", "task", "hedge out", "breaker out"]);
  });

  test("of compositions is one of all their policies", async () => {
    const [a, b, c] = [timeout(1_000), bulkhead(), fallback({ value: 0 })];
    const all = policy(c, policy(a, policy(b)));
    expect(all.parts).toEqual([c, a, b]);
    expect(await all.execute(() => Promise.reject(new Error("no")))).toBe(0);
  });

  test("retries an attempt that took too long, within the time of the whole", async () => {
    const clock = new FakeClock();
    const manual = new Manual();
    const all = policy(
      timeout({ after: 1_000, clock }),
      retry({ idempotent: true, delay: 0, clock }),
      timeout({ after: 100, clock }),
    );
    const call = watch(all.execute(manual.task));
    await pass(clock, 120, 10);
    expect(manual.calls).toHaveLength(2);
    expect(manual.calls.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    manual.calls[1]?.resolve("second");
    await turn();
    expect(call.state).toBe("value:second");
    clock.advance(10);
    expect(clock.pending).toBe(0);
  });

  test("does not retry what cannot begin before the outer timeout is over", async () => {
    const clock = new FakeClock();
    const task = vi.fn(() => Promise.reject(new Error("boom")));
    const all = policy(
      timeout({ after: 100, clock }),
      retry({ idempotent: true, delay: 180, random: () => 0.9, clock }),
    );
    const call = watch(all.execute(task));
    await turn();
    expect(call.state).toBe("error:boom");
    expect(task).toHaveBeenCalledOnce();
  });

  test("frees its places as soon as its time is over, whatever the function does", async () => {
    const clock = new FakeClock();
    const places = bulkhead({ maxConcurrent: 1, maxQueue: 1, clock });
    const limit = adaptiveLimit({ clock });
    const all = policy(timeout({ after: 100, clock }), places, limit);
    const calls = [0, 1].map(() => watch(all.execute(() => new Promise(() => {}))));
    await pass(clock, 110, 10);
    expect(calls.map(({ state }) => state)).toEqual(["error:SOP_TIMEOUT", "error:SOP_OVERLOAD"]);
    expect(places).toMatchObject({ active: 0, queued: 0, runaways: 1 });
    expect(limit.active).toBe(0);
  });
});

describe("a wrapped function", () => {
  test("keeps its parameters, `this`, name and number of parameters", async () => {
    class Users {
      readonly prefix = "user ";
      async find(id: number, suffix = ""): Promise<string> {
        return this.prefix + id + suffix;
      }
    }
    const users = new Users();
    const find = policy(timeout(100)).wrap(users.find);
    expect(await find.call(users, 7, "!")).toBe("user 7!");
    expect([find.name, find.length]).toEqual(["find", 1]);
  });

  test("that throws at once rejects", async () => {
    const thrower = policy(timeout(100)).wrap((): number => {
      throw new Error("at once");
    });
    await expect(thrower()).rejects.toThrow("at once");
  });

  test("says of its calls whether they may be made twice, and what they are about", async () => {
    const clock = new FakeClock();
    const get = vi.fn(async (id: string) => `value of ${id}`);
    const cached = policy(fallback({ stale: {}, clock }), retry({ delay: 0, clock })).wrap(get, {
      idempotent: true,
      key: (id) => id,
    });
    await cached("a");
    get.mockRejectedValue(new Error("down"));
    const [a, b] = [watch(cached("a")), watch(cached("b"))];
    await pass(clock, 10, 1);
    expect([a.state, b.state]).toEqual(["value:value of a", "error:down"]);
    expect(get).toHaveBeenCalledTimes(1 + 3 + 3);
  });

  test("whose key cannot be made fails, and calls nothing", async () => {
    const get = vi.fn(async (id: string) => id);
    const key = (): string => {
      throw new Error("no key");
    };
    await expect(policy(timeout(100)).wrap(get, { key })("a")).rejects.toThrow("no key");
    expect(get).not.toHaveBeenCalled();
  });

  test("is refused where it is none, or its options are wrong", () => {
    const all = policy(timeout(100));
    expect(() => all.wrap(5 as never)).toThrow("fn: got 5, expected a function");
    expect(() => all.wrap(() => 1, { idempotent: "yes" } as never)).toThrow('idempotent: got "yes"');
  });
});

describe("an order that is known to hurt", () => {
  const breaker = foreign("breaker");
  const places = bulkhead();
  const composed: [string, readonly Policy<unknown>[], readonly PolicyProblemKind[]][] = [
    ["the usual order", [timeout("1s"), retry(), breaker, timeout(200), bulkhead()], []],
    ["a fallback around all", [fallback({ value: 0 }), timeout("1s"), retry(), breaker], []],
    ["the same bulkhead twice", [places, places], ["used_twice"]],
    ["a retry without a budget around a breaker", [retry({ budget: false }), breaker], ["retry_without_budget"]],
    ["a retry without a budget within a breaker", [breaker, retry({ budget: false })], []],
    ["a retry within a retry", [retry(), retry()], ["retry_in_retry"]],
    ["a backoff longer than the timeout", [timeout(100), retry({ delay: "1s" })], ["retry_never_fits"]],
    ["attempts that take all the time", [timeout(500), retry(), timeout(490)], ["retry_never_fits"]],
    ["a hedge around a retry", [hedge(), retry()], ["hedge_around_retry"]],
    ["a retry around a hedge", [retry(), hedge()], []],
    ["a timeout within a shorter one", [timeout(100), bulkhead(), timeout(200)], ["timeout_never_fires"]],
    ["a fallback within a retry", [retry(), fallback({ value: 0 })], ["failures_hidden"]],
    ["a fallback within a breaker", [breaker, fallback({ value: 0 })], ["failures_hidden"]],
    ["an adaptive limit around a retry", [adaptiveLimit(), retry()], ["waits_measured"]],
    ["an adaptive limit around a queue", [adaptiveLimit(), bulkhead({ maxQueue: 5 })], ["waits_measured"]],
    ["an adaptive limit around places without a queue", [adaptiveLimit(), bulkhead()], []],
    ["a mistake across compositions", [policy(timeout(100)), policy(timeout(200))], ["timeout_never_fires"]],
  ];

  test.each(composed)("%s", (_, policies, kinds) => {
    const warned: PolicyProblemKind[] = [];
    const warn = ({ kind }: { kind: PolicyProblemKind }): number => warned.push(kind);
    const made = compose(policies, { warn, deadline: Number.POSITIVE_INFINITY });
    expect(made.problems.map(({ kind }) => kind)).toEqual(kinds);
    expect(warned).toEqual(kinds);
  });

  test("is a timeout as long as the deadline, too", () => {
    const warn = vi.fn();
    const { problems } = compose([timeout("10s")], { warn, deadline: 10_000 });
    expect(problems).toEqual([
      {
        kind: "timeout_never_fires",
        message: "a timeout of 10000 ms where a call has 10000 ms in all: it never fires; shorten it",
      },
    ]);
    expect(warn).toHaveBeenCalledOnce();
  });

  test("is told on the console where there is no Sop, and works all the same", async () => {
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    const all = policy(hedge(), retry());
    expect(warn.mock.calls[0]?.[0]).toMatch(/^sop policy: a hedge around a retry: .* \(hedge_around_retry\)$/);
    expect(await all.execute(async () => 1)).toBe(1);
  });
});

test.each([
  [[], "policies.0: got nothing, expected at least one policy"],
  [[timeout(5), 5], "policies.1: got 5, expected a policy, such as timeout({ after: 500 })"],
  [[undefined], "policies.0: got nothing, expected a policy"],
  [[{ kind: "retry" }], 'policies.0: got {"kind":"retry"}, expected a policy'],
  [[null, () => 1], "policies.1: got a function"],
])("policy(...%j) is refused", (policies, message) => {
  expect(() => policy(...(policies as Policy[]))).toThrow(OptionError);
  expect(() => policy(...(policies as Policy[]))).toThrow(message);
});
