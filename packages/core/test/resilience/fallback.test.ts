import { type Call, FallbackError, fallback } from "@sop/core";
import { describe, expect, test, vi } from "vitest";
import { FakeClock } from "../support/fake.ts";
import { turn, watch } from "./calls.ts";

const boom = new Error("boom");
const fail = async (): Promise<never> => {
  throw boom;
};

describe("a fallback", () => {
  test("gives its value where the call failed, and else the call's", async () => {
    const policy = fallback({ value: [] as string[] });
    expect(await policy.execute(async () => ["a"])).toEqual(["a"]);
    expect(await policy.execute(fail)).toEqual([]);
    expect(policy.used).toBe(1);
    expect(await fallback({ value: undefined }).execute(fail)).toBeUndefined();
  });

  test("gives what its function makes of the error and the call", async () => {
    const policy = fallback({ with: async (error: unknown, { attempt }: Call) => [error, attempt] });
    expect(await policy.execute(fail)).toEqual([boom, 1]);
  });

  test("that fails as well fails the call with both errors, the call's own as the cause", async () => {
    const second = new Error("and this");
    const thrower = (): never => {
      throw second;
    };
    for (const make of [thrower, () => Promise.reject(second)]) {
      const call = watch(fallback({ with: make }).execute(fail));
      await turn();
      expect(call.error).toBeInstanceOf(FallbackError);
      expect(call.error).toMatchObject({ code: "SOP_FALLBACK", cause: boom, errors: [boom, second] });
    }
  });

  test("covers only what `when` says; a `when` that throws has failed", async () => {
    const policy = fallback({ value: 0, when: (error) => error !== boom });
    await expect(policy.execute(fail)).rejects.toBe(boom);
    expect(await policy.execute(() => Promise.reject(new Error("other")))).toBe(0);
    const broken = fallback({
      value: 0,
      when: () => {
        throw new Error("rule");
      },
    });
    await expect(broken.execute(fail)).rejects.toMatchObject({ code: "SOP_FALLBACK", cause: boom });
  });

  test("does not cover a call that was given up", async () => {
    const make = vi.fn(() => 0);
    const controller = new AbortController();
    const policy = fallback({ with: make, stale: {} });
    const listens = ({ signal }: Call): Promise<never> =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(boom)));
    const call = watch(policy.execute(listens, { signal: controller.signal }));
    controller.abort(new Error("left"));
    await turn();
    expect(call.state).toBe("error:left");
    expect(make).not.toHaveBeenCalled();
  });
});

describe("the last good value", () => {
  test("is given by its key, before anything else", async () => {
    const policy = fallback({ stale: {}, value: "fixed", clock: new FakeClock() });
    expect(await policy.execute(fail, { key: "a" })).toBe("fixed");
    await policy.execute(async () => "fresh", { key: "a" });
    expect(await policy.execute(fail, { key: "a" })).toBe("fresh");
    expect(await policy.execute(fail, { key: "b" })).toBe("fixed");
  });

  test("is neither left nor given without a key: calls of different kinds may share a policy", async () => {
    const policy = fallback({ stale: {}, clock: new FakeClock() });
    await policy.execute(async () => "fresh");
    await expect(policy.execute(fail)).rejects.toBe(boom);
    expect(policy.kept).toBe(0);
  });

  test("is given no longer than maxAge", async () => {
    const clock = new FakeClock();
    const policy = fallback({ stale: { maxAge: "1s" }, clock });
    await policy.execute(async () => 1, { key: "a" });
    clock.advance(1_000);
    expect(await policy.execute(fail, { key: "a" })).toBe(1);
    clock.advance(1);
    await expect(policy.execute(fail, { key: "a" })).rejects.toBe(boom);
    expect(policy.kept).toBe(0);
  });

  test("makes room for others: the least recently stored leaves first", async () => {
    const policy = fallback({ stale: { maxEntries: 2 }, clock: new FakeClock() });
    for (const key of ["a", "b", "a", "c"]) await policy.execute(async () => key, { key });
    expect(policy.kept).toBe(2);
    expect(await policy.execute(fail, { key: "a" })).toBe("a");
    await expect(policy.execute(fail, { key: "b" })).rejects.toBe(boom);
  });
});

test.each([
  [{}, "value: got nothing, expected a value, `with` or `stale`: one of them"],
  [undefined, "value: got nothing"],
  [null, "options: got null, expected an object"],
  [{ value: 1, with: () => 1 }, "value: got 1, expected nothing beside `with`"],
  [{ with: 5 }, "with: got 5, expected a function"],
  [{ stale: { maxEntries: 0 } }, "stale.maxEntries: got 0, expected a whole number of 1 to"],
])("fallback(%j) is refused: %s", (options, message) => {
  expect(() => fallback(options as never)).toThrow(message);
});
