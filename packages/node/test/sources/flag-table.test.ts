import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FlagTable } from "../../src/sources/remote/flag-table.ts";

describe("a table of flags", () => {
  it("holds the last good value of each flag that is there, whatever is done to it", () => {
    const name = fc.constantFrom("a", "b", "c");
    const text = fc.constantFrom("1", "2", "true", "null", "{half", '{"x":1,"x":2}');
    const put = fc.record({ kind: fc.constant("put" as const), name, text });
    const remove = fc.record({ kind: fc.constant("delete" as const), name });
    const all = fc.record({ kind: fc.constant("putAll" as const), texts: fc.dictionary(name, text) });
    fc.assert(
      fc.property(fc.array(fc.oneof(put, remove, all)), (steps) => {
        const table = new FlagTable("etcd", 1_000);
        const good = new Map<string, unknown>();
        const present = new Map<string, string>();
        const model = (flag: string, given: string): void => {
          present.set(flag, given);
          if (GOOD.has(given)) good.set(flag, JSON.parse(given));
        };
        const gone = (flag: string): void => {
          present.delete(flag);
          good.delete(flag);
        };
        for (const step of steps) {
          if (step.kind === "put") {
            table.put(step.name, step.text);
            model(step.name, step.text);
          } else if (step.kind === "delete") {
            table.delete(step.name);
            gone(step.name);
          } else {
            table.putAll(Object.entries(step.texts));
            for (const flag of [...present.keys()]) if (!Object.hasOwn(step.texts, flag)) gone(flag);
            for (const [flag, given] of Object.entries(step.texts)) model(flag, given);
          }
        }
        expect(table.flags()).toEqual(Object.fromEntries(good));
        expect(table.size).toBe(present.size);
        expect(table.problems()).toHaveLength([...present.values()].filter((given) => !GOOD.has(given)).length);
      }),
    );
  });

  it("refuses what would make it too large, and takes it when there is room", () => {
    const table = new FlagTable("etcd", 10);
    table.put("a", '"12345"');
    table.put("b", '"12345"');
    expect(table.flags()).toEqual({ a: "12345" });
    expect(table.problems()).toEqual(["etcd: flags.b: with it the flags would have more than 10 bytes"]);
    table.delete("a");
    table.put("b", '"12345"');
    expect(table.flags()).toEqual({ b: "12345" });
    expect(table.problems()).toEqual([]);
  });

  it("hands flagd's definitions on as they are: what is wrong with one is found where it is compiled", () => {
    const table = new FlagTable("etcd", 1_000);
    table.put("old", '{"variants":{"on":true},"defaultVariant":"of"}');
    expect(table.flags()).toEqual({ old: { variants: { on: true }, defaultVariant: "of" } });
    expect(table.problems()).toEqual([]);
  });

  it.each(["", "__proto__"])("has no flag of the name %j", (name) => {
    const table = new FlagTable("etcd", 1_000);
    table.put(name, '{"polluted":true}');
    expect(table.flags()).toEqual({});
    expect(table.problems()).toEqual([`etcd: flags.${name}: a flag cannot have this name`]);
    expect(Object(table.flags())["polluted"]).toBeUndefined();
  });
});

const GOOD: ReadonlySet<string> = new Set(["1", "2", "true"]);
