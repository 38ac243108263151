import { type Call, type RetryOptions, retry, retryBudget, SopError } from "@sop/core";
import { describe, expect, test, vi } from "vitest";
import { FakeClock } from "../support/fake.ts";
import { pass, turn, watch } from "./calls.ts";

/** A retry under a fake clock, whose chance is a half, and a function that fails as often as told. */
function bench(options: RetryOptions = {}, failures = Number.POSITIVE_INFINITY, error: unknown = new Error("boom")) {
  const clock = new FakeClock();
  const policy = retry({ clock, random: () => 0.5, idempotent: true, ...options });
  const made: { attempt: number; at: number }[] = [];
  const begun = clock.monotonic();
  const task = async ({ attempt }: Call): Promise<string> => {
    made.push({ attempt, at: clock.monotonic() - begun });
    if (made.length <= failures) throw error;
    return "ok";
  };
  return { clock, policy, made, task };
}

describe("a call that fails", () => {
  test("is made again after half of 100, 200, 400 ms where the chance is a half, and never later than maxDelay", async () => {
    const { clock, policy, made, task } = bench({ attempts: 6, maxDelay: 400 });
    const call = watch(policy.execute(task));
    await pass(clock, 2_000, 10);
    expect(call.state).toBe("error:boom");
    expect(made.map(({ at }) => at)).toEqual([0, 50, 150, 350, 550, 750]);
    expect(made.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(policy.retries).toBe(5);
  });

  test("waits for anything between nothing and the whole delay: full jitter", async () => {
    for (const chance of [0, 0.999]) {
      const { clock, policy, made, task } = bench({ attempts: 2, random: () => chance });
      watch(policy.execute(task));
      await pass(clock, 200, 1);
      expect(made[1]?.at).toBe(chance === 0 ? 1 : 100);
    }
  });

  test("ends with the value of the attempt that succeeds", async () => {
    const { clock, policy, task } = bench({}, 2);
    const call = watch(policy.execute(task));
    await pass(clock, 500, 10);
    expect(call.state).toBe("value:ok");
  });

  test("that throws at once is made again as well", async () => {
    const { clock, policy } = bench();
    const task = vi.fn(() => {
      throw new Error("at once");
    });
    const call = watch(policy.execute(task));
    await pass(clock, 500, 10);
    expect(call.state).toBe("error:at once");
    expect(task).toHaveBeenCalledTimes(3);
  });
});

describe("a call is made once", () => {
  test("unless it, or the policy, says that it is idempotent; the call's word goes first", async () => {
    const cases = [
      [false, undefined, 1],
      [true, undefined, 3],
      [false, true, 3],
      [true, false, 1],
    ] as const;
    for (const [policys, calls, expected] of cases) {
      const { clock, policy, made, task } = bench({ idempotent: policys });
      watch(policy.execute(task, { idempotent: calls }));
      await pass(clock, 500, 10);
      expect(made).toHaveLength(expected);
    }
  });

  test.each([
    ["an open breaker", new SopError("SOP_BREAKER_OPEN", "open")],
    ["a full bulkhead", new SopError("SOP_OVERLOAD", "full")],
    ["a passed deadline", new SopError("SOP_DEADLINE", "late")],
    ["404", Object.assign(new Error(), { status: 404 })],
    ["400, as http-errors has it", Object.assign(new Error(), { statusCode: 400 })],
  ])("after %s", async (_, error) => {
    const { clock, policy, made, task } = bench({}, 9, error);
    watch(policy.execute(task));
    await pass(clock, 500, 10);
    expect(made).toHaveLength(1);
  });

  test.each([408, 425, 429, 500, 503])("but not after %d", async (status) => {
    const { clock, policy, made, task } = bench({}, 9, { status });
    watch(policy.execute(task));
    await pass(clock, 500, 10);
    expect(made).toHaveLength(3);
  });

  test("after an open breaker even where retryOn would repeat everything", async () => {
    const { clock, policy, made, task } = bench({ retryOn: () => true }, 9, new SopError("SOP_BREAKER_OPEN", "open"));
    watch(policy.execute(task));
    await pass(clock, 500, 10);
    expect(made).toHaveLength(1);
  });

  test("where retryOn says so, and a retryOn that throws is what the call fails with", async () => {
    const never = bench({ retryOn: () => false });
    await expect(never.policy.execute(never.task)).rejects.toThrow("boom");
    const { policy, task } = bench({
      retryOn: () => {
        throw new Error("broken rule");
      },
    });
    await expect(policy.execute(task)).rejects.toThrow("broken rule");
  });
});

describe("Retry-After", () => {
  const headers = (value: string): Headers => new Headers({ "retry-after": value });
  const inTwoSeconds = new Date(new FakeClock().now() + 2_000).toUTCString();

  test.each([
    ["milliseconds of an error", { retryAfter: 2_000 }],
    ["seconds in a header", { headers: headers("2") }],
    ["a header that is a plain property", { headers: { "retry-after": "2" } }],
    ["the header of an error's response", { response: { headers: headers("2") } }],
    ["a date", { headers: headers(inTwoSeconds) }],
  ])("is waited for: %s", async (_, error) => {
    const { clock, policy, made, task } = bench({}, 1, error);
    const call = watch(policy.execute(task));
    await pass(clock, 2_500, 100);
    expect(made[1]?.at).toBeGreaterThanOrEqual(1_000);
    expect(made[1]?.at).toBeLessThanOrEqual(2_000);
    expect(call.state).toBe("value:ok");
  });

  test("never makes the wait shorter, and what is no time is no wish", async () => {
    for (const error of [{ retryAfter: 1 }, { headers: headers("soon") }, { retryAfter: -5 }, { headers: 5 }]) {
      const { clock, policy, made, task } = bench({}, 1, error);
      watch(policy.execute(task));
      await pass(clock, 500, 10);
      expect(made[1]?.at).toBe(50);
    }
  });

  test("of more than maxRetryAfter ends the call at once", async () => {
    const { policy, made, task } = bench({ maxRetryAfter: "1s" }, 9, { retryAfter: 1_001 });
    await expect(policy.execute(task)).rejects.toEqual({ retryAfter: 1_001 });
    expect(made).toHaveLength(1);
  });

  test("of just maxRetryAfter is waited for", async () => {
    const { clock, policy, made, task } = bench({ maxRetryAfter: "1s" }, 1, { retryAfter: 1_000 });
    const call = watch(policy.execute(task));
    await pass(clock, 1_000, 100);
    expect(made.map(({ at }) => at)).toEqual([0, 1_000]);
    expect(call.state).toBe("value:ok");
  });
});

describe("values that are failures", () => {
  const answers = (clock: FakeClock, ...statuses: number[]) => {
    const responses = statuses.map((status) => new Response("body", { status, headers: { "retry-after": "1" } }));
    const policy = retry({
      clock,
      idempotent: true,
      retryResult: (value) => value instanceof Response && value.status === 503,
    });
    let made = 0;
    const call = policy.execute(async () => responses[made++] as Response);
    return { call, responses };
  };

  test("are repeated as their Retry-After says, and their bodies are let go of", async () => {
    const clock = new FakeClock();
    const { call, responses } = answers(clock, 503, 200);
    await pass(clock, 1_000);
    expect(await (await call).text()).toBe("body");
    await expect(responses[0]?.text()).rejects.toThrow();
  });

  test("are given as they are when no attempt is left", async () => {
    const clock = new FakeClock();
    const { call } = answers(clock, 503, 503, 503);
    await pass(clock, 2_000, 1_000);
    const last = await call;
    expect(last.status).toBe(503);
    expect(await last.text()).toBe("body");
  });
});

describe("no attempt is made", () => {
  test("that cannot begin before the deadline", async () => {
    const { clock, policy, made, task } = bench({ attempts: 9 });
    const call = watch(policy.execute(task, { deadline: clock.monotonic() + 150 }));
    await pass(clock, 40, 10);
    expect(call.state).toBe("pending");
    await pass(clock, 10);
    expect(call.state).toBe("error:boom");
    expect(made).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  test("once the call was given up: it ends at once, with the reason, and its timer with it", async () => {
    const { clock, policy, made, task } = bench();
    const controller = new AbortController();
    const call = watch(policy.execute(task, { signal: controller.signal }));
    await turn();
    expect(clock.pending).toBe(1);
    controller.abort(new Error("left"));
    await turn();
    expect(call.state).toBe("error:left");
    expect(clock.pending).toBe(0);
    await pass(clock, 1_000);
    expect(made).toHaveLength(1);
  });

  test("beyond the budget, which several policies may share", async () => {
    const clock = new FakeClock();
    const budget = retryBudget({ ratio: 0, minPerSecond: 0, burst: 3, clock });
    const policies = [bench({ attempts: 3, budget, clock }), bench({ attempts: 3, budget, clock })];
    for (const { policy, task } of policies) watch(policy.execute(task));
    await pass(clock, 1_000, 10);
    expect(policies.map(({ made }) => made.length).reduce((a, b) => a + b)).toBe(2 + 3);
    expect(budget.left).toBe(0);
    expect(retry({ budget: false }).budget).toBeUndefined();
  });
});

test.each([
  [{ attempts: 1 }, "attempts: got 1, expected a whole number of 2 to 100"],
  [{ delay: "1s", maxDelay: 500 }, "maxDelay: got 500, expected a duration of 1000 to"],
  [{ budget: { ratio: 2 } }, "budget.ratio: got 2, expected a number of 0 to 1"],
  [{ budget: 5 }, "budget: got 5, expected an object"],
  [{ idempotent: "yes" }, 'idempotent: got "yes", expected true or false'],
  [{ retryOn: 5 }, "retryOn: got 5, expected a function"],
])("retry(%j) is refused: %s", (options, message) => {
  expect(() => retry(options as never)).toThrow(message);
});
