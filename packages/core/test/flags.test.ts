import type { ConfigSource, ConfigUpdate, SourceChange } from "@sop/core";
import { describe, expect, expectTypeOf, test } from "vitest";
import { bench } from "./support/fake.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A source that says what a test tells it to. */
function scripted(name: string): ConfigSource & { say(update: ConfigUpdate): Promise<void>; fail(error: Error): void } {
  const queue: ConfigUpdate[] = [];
  let failure: Error | undefined;
  let wake = () => {};
  return {
    name,
    async *watch(signal) {
      signal.addEventListener("abort", () => wake());
      while (!signal.aborted) {
        const update = queue.shift();
        if (update !== undefined) yield update;
        else if (failure !== undefined) throw failure;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
    async say(update) {
      queue.push(update);
      wake();
      await settled();
    },
    fail(error) {
      failure = error;
      wake();
    },
  };
}

const ready = (revision: string, flags: Record<string, boolean | string | number>): ConfigUpdate => ({
  state: "READY",
  snapshot: { revision, flags },
});

describe("a flag", () => {
  test("has its default where no layer knows it, and the type that the default stands for", () => {
    const { sop } = bench();
    const flag = sop.flag("redis.enabled", true);
    expectTypeOf(flag.value).toEqualTypeOf<boolean>();
    expect(flag.value).toBe(true);
  });

  test("has the value of the options", () => {
    const { sop } = bench({ flags: { "redis.enabled": false } });
    expect(sop.flag("redis.enabled", true).value).toBe(false);
    expect(sop.flags()).toEqual({ "redis.enabled": false });
  });

  test("of a wrong type is ignored and said so", () => {
    const b = bench({ flags: { limit: "many" } });
    expect(b.sop.flag("limit", 10).value).toBe(10);
    expect(b.log.lines.at(-1)?.fields).toEqual({ flag: "limit", source: "code", expected: "number", got: "string" });
  });

  test("is not found on the prototype of a layer", () => {
    expect(bench().sop.flag("constructor", "none").value).toBe("none");
  });
});

describe("a source", () => {
  test("changes a flag while the process runs; a later source wins", async () => {
    const first = scripted("first");
    const second = scripted("second");
    const { sop } = bench({ flags: { a: 1 }, sources: [first, second] });
    const flag = sop.flag("a", 0);
    await second.say(ready("1", { a: 3 }));
    await first.say(ready("1", { a: 2 }));
    expect(flag.value).toBe(3);
    await second.say(ready("2", {}));
    expect(flag.value).toBe(2);
  });

  test("that fails leaves the last good state in force, with one warning a problem", async () => {
    const source = scripted("file");
    const changes: SourceChange[] = [];
    const b = bench({ sources: [source], observers: [{ sourceChanged: (change) => void changes.push(change) }] });
    const flag = b.sop.flag("a", 0);
    await source.say(ready("1", { a: 5 }));
    await source.say({ state: "STALE", problem: "sop.yaml:3: bad indentation" });
    await source.say({ state: "STALE", problem: "sop.yaml:3: bad indentation" });
    expect(flag.value).toBe(5);
    expect(b.log.lines.filter((line) => line.level === "warn").map((line) => line.message)).toEqual([
      "last good state kept: sop.yaml:3: bad indentation",
    ]);
    expect(changes.map((change) => change.state)).toEqual(["READY", "STALE", "STALE"]);
  });

  test("whose watch throws is in error, and what it said last stays", async () => {
    const source = scripted("file");
    const b = bench({ sources: [source] });
    await source.say(ready("1", { a: 5 }));
    source.fail(new Error("gone"));
    await settled();
    expect(b.sop.flag("a", 0).value).toBe(5);
    expect(b.log.lines.at(-1)?.fields).toMatchObject({ source: "file", state: "ERROR", problem: "gone" });
  });

  test("tells observers what changed, by whom and from what", async () => {
    const source = scripted("file");
    const changes: unknown[] = [];
    bench({ flags: { a: 1 }, sources: [source], observers: [{ flagChanged: (change) => void changes.push(change) }] });
    await source.say(ready("1", { a: 1, b: "x" }));
    expect(changes).toEqual([
      { flag: "a", value: 1, previous: undefined, source: "code" },
      { flag: "b", value: "x", previous: undefined, source: "file" },
    ]);
  });

  test("is let go of by dispose", async () => {
    const source = scripted("file");
    const { sop } = bench({ sources: [source] });
    sop.dispose();
    await source.say(ready("1", { a: 1 }));
    expect(sop.flags()).toEqual({});
  });
});

describe("sop.middleware", () => {
  test("keeps length and this, and names what rejects or is handed to next", async () => {
    const b = bench();
    const rejecting = b.sop.middleware("rejecting", async (_a: unknown, _b: unknown) => {
      throw new Error("x");
    });
    expect(rejecting.length).toBe(2);
    const first = b.open();
    await expect(b.life.run(first, rejecting, 1, 2)).rejects.toThrow("x");
    b.life.fail(first, new Error("x"));
    const handing = b.sop.middleware("handing", (next: (error?: unknown) => void) => next(new Error("y")));
    const second = b.open();
    b.life.run(second, handing, () => {});
    b.life.fail(second, new Error("y"));
    expect(b.sop.metrics().panics).toEqual({ rejecting: 1, handing: 1 });
  });

  test("does not blame a middleware that goes on elsewhere", () => {
    const b = bench();
    const context = b.open();
    const skip = b.sop.middleware("skip", (next: (error?: unknown) => void) => next("route"));
    b.life.run(context, skip, () => {});
    b.life.fail(context, "later");
    expect(b.sop.metrics().panics).toEqual({ "/items/:id": 1 });
  });
});
