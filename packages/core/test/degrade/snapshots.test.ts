import type { FlagChange, FlagDefinition } from "@sop/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { watched } from "./support.ts";

const VARIANTS = { on: true, off: false };
const good: FlagDefinition = { variants: VARIANTS, defaultVariant: "on" };
const wrong = { variants: VARIANTS, defaultVariant: "of" };

describe("a definition that is wrong", () => {
  test("leaves the last good one in force, is told once, and harms no other flag", async () => {
    const b = watched();
    const flag = b.sop.flag("flag", false);
    await b.say({ flag: good, other: 1 });
    const place = (path: readonly string[]) => `sop.yaml:${path.length}`;
    await b.say({ flag: wrong, other: 2 }, { place });
    await b.say({ flag: wrong, other: 3 }, { place });
    const problem = 'sop.yaml:3: flags.flag.defaultVariant: got "of", expected one of the variants: on, off';
    expect(flag.evaluate()).toMatchObject({ value: true, variant: "on", reason: "STALE", errorCode: undefined });
    expect(b.sop.flag("other", 0).value).toBe(3);
    expect(b.sop.explain("flag").layers.at(-1)).toEqual({ layer: "file", outcome: "decides", problem });
    expect(b.log.lines).toEqual([
      { level: "warn", fields: { flag: "flag", source: "file", problem }, message: "last good definition kept" },
    ]);
    await b.say({ flag: good });
    expect(flag.evaluate().reason).toBe("STATIC");
  });

  test("and never was right is as if it was not there", async () => {
    const b = watched({ flags: { below: 1 } });
    await b.say({ flag: wrong, below: null as never });
    expect(b.sop.flag("flag", false).evaluate()).toMatchObject({
      value: false,
      reason: "ERROR",
      errorCode: "PARSE_ERROR",
    });
    expect(b.sop.flag("below", 0).value).toBe(1);
    expect(b.log.lines.map(({ message }) => message)).toEqual(new Array(2).fill("flag ignored: it never was right"));
  });
});

describe("shared rules", () => {
  const flag: FlagDefinition = { ...good, targeting: { if: [{ $ref: "beta" }, "off"] } };

  test("are put in place of their names, and changed with them", async () => {
    const b = watched();
    await b.say({ flag }, { evaluators: { beta: { "==": [{ var: "plan" }, "beta"] } } });
    const value = () => b.sop.flag("flag", true).evaluate({ plan: "beta" }).value;
    expect(value()).toBe(false);
    await b.say({ flag }, { evaluators: { beta: false } });
    expect(value()).toBe(true);
  });

  test.each<[string, Record<string, unknown>, string]>([
    [
      "refer to themselves",
      { beta: { "!": [{ $ref: "gamma" }] }, gamma: { $ref: "beta" } },
      "expected no cycle: beta > gamma > beta",
    ],
    [
      "unfold to too much",
      Object.fromEntries(
        ["beta", ..."12345678"].map((name, i, all) => [
          name,
          { or: new Array(10).fill(all[i + 1] === undefined ? true : { $ref: all[i + 1] }) },
        ]),
      ),
      "expected at most 100000 parts in all",
    ],
  ])("must not %s", async (_, evaluators, problem) => {
    const b = watched();
    await b.say({ flag }, { evaluators });
    expect(b.log.lines[0]?.fields).toMatchObject({ problem: expect.stringContaining(problem) });
  });
});

describe("a request", () => {
  test("sees the flags as they were when it was opened, for five seconds", async () => {
    const b = watched();
    await b.say({ a: 1, b: 1, gone: 1 });
    const [first, second] = [b.sop.flag("a", 0), b.sop.flag("b", 0)];
    const old = b.open();
    await b.say({ a: 2, b: 2 });
    const young = b.open();
    await b.say({ a: 3, b: 3 });
    const read = () => [first.value, second.value, first.evaluate().value, b.sop.flag("gone", 0).value];
    expect(b.life.run(old, read)).toEqual([1, 1, 1, 1]);
    expect(b.life.run(young, read)).toEqual([2, 2, 2, 0]);
    expect(b.life.run(b.open(), read)).toEqual([3, 3, 3, 0]);
    expect(read()).toEqual([3, 3, 3, 0]);
    b.clock.advance(4_999);
    expect(b.life.run(old, read)).toEqual([1, 1, 1, 1]);
    b.clock.advance(1);
    expect(b.life.run(old, read)).toEqual([3, 3, 3, 0]);
  });

  test("never sees a mixture of two snapshots, whatever happens between its reads", async () => {
    const step = fc.constantFrom("change", "open", "read", "close", "time");
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const b = watched();
        const handles = ["a", "b", "c"].map((name) => b.sop.flag(name, 0));
        const open: { context: ReturnType<typeof b.open>; seen: Set<number>; until: number }[] = [];
        let n = 0;
        await b.say({ a: n, b: n, c: n });
        for (const [i, kind] of steps.entries()) {
          if (kind === "change") {
            n++;
            const c = i % 2 === 0 ? n : { variants: { x: n }, targeting: { if: [true, "x"] } };
            await b.say({ a: n, b: n, c });
          } else if (kind === "open")
            open.push({ context: b.open(), seen: new Set(), until: b.clock.monotonic() + 5_000 });
          else if (kind === "time") b.clock.advance(900);
          else if (kind === "close") {
            const done = open.shift();
            if (done) b.life.close(done.context, 200, "finished");
          } else {
            const handle = handles[i % 3];
            for (const { context, seen, until } of open) {
              if (b.clock.monotonic() < until) seen.add(b.life.run(context, () => handle?.value ?? -1));
              expect(seen.size).toBeLessThanOrEqual(1);
            }
            expect(handles.map(({ value }) => value)).toEqual([n, n, n]);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("a source", () => {
  test("that knows what changed is asked for nothing else", async () => {
    const b = watched();
    const flags: Record<string, number> = { a: 1, b: 1 };
    await b.say(flags);
    const asked: string[] = [];
    const spied = new Proxy(flags, {
      getOwnPropertyDescriptor(target, name) {
        asked.push(String(name));
        return Reflect.getOwnPropertyDescriptor(target, name);
      },
      ownKeys() {
        throw new Error("all names were asked for");
      },
    });
    flags["a"] = 2;
    await b.say(spied, { changed: ["a"] });
    expect([b.sop.flag("a", 0).value, b.sop.flag("b", 0).value]).toEqual([2, 1]);
    expect(new Set(asked)).toEqual(new Set(["a"]));
  });

  test("that says the same again in other words changes nothing", async () => {
    const changes: FlagChange[] = [];
    const b = watched({ observers: [{ flagChanged: (change) => void changes.push(change) }] });
    await b.say({ flag: { variants: { a: { x: 1, y: [2] } }, defaultVariant: "a" } });
    await b.say({ flag: { defaultVariant: "a", variants: { a: { y: [2], x: 1 } } } });
    await b.say({ flag: { defaultVariant: "a", variants: { a: { y: [3], x: 1 } } } });
    expect(changes.map(({ value, previous }) => [previous, value])).toEqual([
      [undefined, { x: 1, y: [2] }],
      [
        { x: 1, y: [2] },
        { x: 1, y: [3] },
      ],
    ]);
  });

  test("that cannot be used is no change of what is in force", async () => {
    const changes: FlagChange[] = [];
    const b = watched({ observers: [{ flagChanged: (change) => void changes.push(change) }] });
    await b.say({ flag: good });
    await b.say({ flag: wrong });
    await b.say({ flag: good });
    expect(changes).toHaveLength(1);
  });

  test("whose flags come and go leaves nothing behind", async () => {
    const b = watched();
    for (let i = 0; i < 50; i++) await b.say({ [`flag-${i}`]: i });
    expect(b.sop.flags()).toEqual({ "flag-49": 49 });
    expect(b.sop.explain("flag-1").layers.map(({ outcome }) => outcome)).toEqual(["absent", "absent"]);
  });
});
