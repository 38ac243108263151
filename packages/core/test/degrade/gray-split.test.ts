import { type FlagDefinition, rollout } from "@sop/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { murmur3 } from "../../src/degrade/logic/murmur3.ts";
import { bench } from "../support/fake.ts";
import { evaluate } from "./support.ts";

const VARIANTS = { on: true, off: false };
const share = (on: number, off: number): FlagDefinition => ({
  variants: VARIANTS,
  defaultVariant: "off",
  targeting: {
    fractional: [
      ["on", on],
      ["off", off],
    ],
  },
});
const anyone = fc.string({ unit: "grapheme", maxLength: 40 });

describe("the hash", () => {
  // The published vectors of the algorithm for seed 0, and one that a hash of UTF-16 gets wrong.
  test.each([
    ["", 0],
    ["test", 0xba6bd213],
    ["Hello, world!", 0xc0363e43],
    ["The quick brown fox jumps over the lazy dog", 0x2e4ff723],
    ["grp:用户-1", 2315445787],
  ])("of %j is %i", (text, hash) => {
    expect(murmur3("")(text)).toBe(hash);
  });

  test("is of the text as UTF-8, wherever it is cut in two", () => {
    fc.assert(
      fc.property(anyone, anyone, (a, b) => {
        expect(murmur3(a)(b)).toBe(murmur3("")(a + b));
      }),
    );
  });

  test("takes half a surrogate pair for U+FFFD, and texts of any length", () => {
    expect(murmur3("")("a\ud800b")).toBe(murmur3("")("a\ufffdb"));
    expect(murmur3("")("é".repeat(10_000))).toBe(murmur3("é".repeat(4_000))("é".repeat(6_000)));
  });
});

describe("a split", () => {
  test("of one flag is sticky, and not that of another flag", () => {
    const { sop } = bench({ flags: { a: share(50, 50), b: share(50, 50) } });
    const variants = (name: string) =>
      Array.from({ length: 200 }, (_, i) => sop.flag(name, false).evaluate({ targetingKey: `user-${i}` }).variant);
    expect(variants("a")).toEqual(variants("a"));
    expect(variants("a")).not.toEqual(variants("b"));
  });

  test("has the bucket (hash * total) >> 32, to the last bit", () => {
    const total = fc.integer({ min: 1, max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(total, anyone, (all, key) => {
        const place = Number((BigInt(murmur3("")(key)) * BigInt(all)) >> 32n);
        const below = (weight: number) =>
          evaluate({ variants: VARIANTS, targeting: { fractional: [key, ["on", weight], ["off", all - weight]] } })
            .variant;
        expect([below(place), below(place + 1)]).toEqual(["off", "on"]);
      }),
      { numRuns: 1_000 },
    );
  });

  test("that grows moves nobody back, whatever the weights add up to", () => {
    const weight = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(
        weight,
        weight,
        weight,
        weight,
        fc.array(anyone, { minLength: 1, maxLength: 20 }),
        (a, b, c, d, keys) => {
          fc.pre(a + b > 0 && c + d > 0);
          const [small, large] = a / (a + b) <= c / (c + d) ? [share(a, b), share(c, d)] : [share(c, d), share(a, b)];
          for (const targetingKey of keys) {
            if (targetingKey !== "" && evaluate(small, { targetingKey }).value === true) {
              expect(evaluate(large, { targetingKey }).value).toBe(true);
            }
          }
        },
      ),
    );
  });

  test.each([
    [0.0001, 100_000],
    [0.001, 100_000],
    [0.1, 20_000],
    [0.5, 20_000],
  ])("gives a share of %f to about that many", (wanted, among) => {
    const { sop } = bench({ flags: { flag: rollout(wanted, { to: true, from: false }) } });
    const flag = sop.flag("flag", false);
    let got = 0;
    for (let i = 0; i < among; i++) if (flag.evaluate({ targetingKey: `user-${i}` }).value) got++;
    // Five standard deviations of a binomial distribution.
    expect(Math.abs(got - wanted * among)).toBeLessThan(5 * Math.sqrt(among * wanted * (1 - wanted)));
  });

  test("of weights that are no whole numbers is wrong, and says what to write", () => {
    expect(() => bench({ flags: { flag: share(0.5, 99.5) } })).toThrow(
      "targeting.fractional.0.1: got 0.5, expected a whole number; for 0.5 % of 100 write 5 of 1000",
    );
  });

  test("by a key that is not there is the default variant; without one, the default in code and why", () => {
    expect(evaluate(share(100, 0))).toMatchObject({ value: false, variant: "off", reason: "DEFAULT" });
    const { defaultVariant: _, ...without } = share(100, 0);
    expect(evaluate(without)).toMatchObject({ value: false, reason: "ERROR", errorCode: "TARGETING_KEY_MISSING" });
  });
});

describe("a rollout", () => {
  test("splits requests by their user, and those of nobody known by their id", () => {
    const b = bench({ flags: { flag: rollout(0.5, { to: "new", from: "old" }) } });
    const flag = b.sop.flag("flag", "code");
    const values = new Set<string>();
    for (let i = 0; i < 50; i++) {
      const context = b.open();
      values.add(b.life.run(context, () => flag.value));
      context.set("userId", "ann");
      expect(b.life.run(context, () => flag.value)).toBe(flag.evaluate({ targetingKey: "ann" }).value);
    }
    expect(values).toEqual(new Set(["new", "old"]));
  });

  test("may split by anything that is known of a request", () => {
    const by = { cat: ["basket", { var: "cookies.basket" }] };
    const b = bench({ flags: { flag: rollout(0.5, { to: 1, from: 2, by }) } });
    const flag = b.sop.flag("flag", 0);
    const of = (basket: string) => b.life.run(b.open({ cookie: `x=1; basket=${basket}` }), () => flag.value);
    expect(of("b1")).toBe(of("b1"));
    expect(new Set(Array.from({ length: 20 }, (_, i) => of(`b${i}`)))).toEqual(new Set([1, 2]));
  });

  test("of a share that is none is a RangeError", () => {
    expect(() => rollout(1.1, { to: 1, from: 2 })).toThrow(RangeError);
    expect(() => rollout(Number.NaN, { to: 1, from: 2 })).toThrow("share: got NaN");
  });
});
