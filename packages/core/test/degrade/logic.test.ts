import { OptionError } from "@sop/core";
import { describe, expect, test } from "vitest";
import { bench } from "../support/fake.ts";
import { result } from "./support.ts";

describe("operands of a wrong type fail no rule, as flagd's documentation has it", () => {
  test.each([
    [{ "<": ["a", 1] }, false],
    [{ ">": [{ var: "list" }, 1] }, false],
    [{ "==": ["abc", 1] }, false],
    [{ "==": [{ var: "list" }, 1] }, false],
    [{ "!=": ["abc", 1] }, true],
    [{ "==": ["1", 1] }, true],
    [{ "==": [null, 0] }, false],
    [{ "==": [{ var: "absent" }, null] }, true],
    [{ "+": ["a", 1] }, null],
    [{ "+": ["3.5", 1] }, 4.5],
    [{ "/": [1, 0] }, null],
    [{ "%": [1] }, null],
    [{ max: [] }, null],
    [{ max: { var: "list" } }, 3],
    [{ min: [1, "x"] }, null],
    [{ in: ["a", 5] }, false],
    [{ in: ["", ""] }, true],
    [{ map: ["text", 1] }, []],
    [{ all: [[], true] }, false],
    [{ reduce: [null, { var: "current" }, 7] }, 7],
    [{ starts_with: [5, "5"] }, null],
    [{ sem_ver: ["not a version", "=", "1.0.0"] }, null],
    [{ cat: ["a", null, { var: "absent" }, 1, true] }, "a1true"],
    [{ substr: [null, 1] }, ""],
    [{ substr: ["abcdef", 1, 2] }, "bc"],
    [{ missing: [{ var: "names" }] }, ["nobody"]],
    [{ merge: [1, [2], [[3]]] }, [1, 2, [3]]],
    [{ or: [] }, null],
    [{ and: [1, 0, 2] }, 0],
    [{ "?:": [false, 1] }, null],
    [{ "!!": [{}] }, false],
    [{ var: "user\\.name" }, "dotted"],
    [{ var: { cat: ["us", "er"] } }, { name: "ann" }],
    [{ var: "list.1" }, 2],
    [{ var: "constructor" }, null],
    [{ var: "list.__proto__" }, null],
    [{ var: ["absent", { var: "user.name" }] }, "ann"],
  ])("%j is %j", (rule, value) => {
    const context = { list: [1, 2, 3], names: ["list", "nobody"], user: { name: "ann" }, "user.name": "dotted" };
    expect(result(rule, context)).toEqual(value);
  });
});

test("versions come in the order of Semantic Versioning", () => {
  const order = [
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1",
    "1.10.0",
    "2",
  ];
  for (const [i, a] of order.entries()) {
    for (const [j, b] of order.entries()) {
      const context = { a, b };
      expect(result({ sem_ver: [{ var: "a" }, "<", { var: "b" }] }, context)).toBe(i < j);
      expect(result({ sem_ver: [{ var: "a" }, "=", { var: "b" }] }, context)).toBe(i === j);
    }
  }
});

describe("what is wrong with a definition in code is a wrong option, and told where", () => {
  const nested = (depth: number): unknown => (depth === 0 ? true : { "!": [nested(depth - 1)] });
  const cyclic: Record<string, unknown> = {};
  cyclic["!"] = [cyclic];

  test.each<[object, string]>([
    [{ targeting: { maybe: [1] } }, 'targeting: got "maybe", expected an operator: if ?: and'],
    [{ targeting: { if: [true, "on"], or: [] } }, "targeting: got"],
    [{ targeting: { if: [true, "om", null] } }, 'targeting.if.1: got "om", expected one of the variants: on, off'],
    [{ targeting: { fractional: [["om", 1]] } }, 'targeting.fractional.0.0: got "om", expected one of the variants'],
    [{ targeting: { fractional: ["key", 5] } }, "targeting.fractional.1: got 5, expected a variant and its weight"],
    [{ targeting: { fractional: [] } }, "targeting.fractional: got [], expected 2 or more operands"],
    [
      {
        targeting: {
          fractional: [
            ["on", 2e9],
            ["off", 2e9],
          ],
        },
      },
      "expected weights that are 2147483647 at most in all",
    ],
    [{ targeting: { "==": [1] } }, "targeting.==: got [1], expected 2 or more operands"],
    [{ targeting: { sem_ver: ["1.0.0", "=>", "1.0.0"] } }, 'targeting.sem_ver.1: got "=>", expected one of ='],
    [
      { targeting: { sem_ver: [{ var: "v" }, ">", "latest"] } },
      'targeting.sem_ver.2: got "latest", expected a version',
    ],
    [{ targeting: { $ref: "absent" } }, 'targeting: got "absent", expected one of $evaluators: there is none'],
    [{ targeting: "on" }, 'targeting: got "on", expected a rule'],
    [{ targeting: { "!": [nested(64)] } }, "expected at most 64 levels"],
    [{ targeting: cyclic }, "expected at most 64 levels"],
    [{ targeting: { in: [{ var: "a" }, new Array(100_001).fill(1)] } }, "expected at most 100000 parts in all"],
    [{ defaultVariant: "maybe" }, 'defaultVariant: got "maybe", expected one of the variants: on, off'],
    [{ variants: {} }, "variants: got {}, expected at least one variant"],
    [{ variants: { on: true, off: 0 } }, "variants.off: got 0, expected a boolean, as the variant on has it"],
    [{ variants: { on: null } }, "variants.on: got null, expected true, false, a text, a number, an object or a list"],
    [{ variants: [true] }, "variants: got [true], expected an object of values by variant"],
    [{ state: "ON" }, 'state: got "ON", expected ENABLED or DISABLED'],
    [{ targetting: {} }, 'targetting: got "targetting", expected one of state, variants'],
    [{ metadata: 1 }, "metadata: got 1, expected an object"],
  ])("%#: %s", (wrong, message) => {
    const flags = { flag: { variants: { on: true, off: false }, defaultVariant: "on", ...wrong } } as never;
    expect(() => bench({ flags })).toThrow(OptionError);
    expect(() => bench({ flags })).toThrow(message);
  });

  test("as are values that no flag can hold, and labels that are no texts", () => {
    const options = { flags: { a: Number.NaN, b: null }, labels: { region: 1 } } as never;
    expect(() => bench(options)).toThrow(/flags\.a: .*flags\.b: .*labels\.region: got 1, expected a non-empty string/);
  });
});
