import { OptionError, SopError } from "@sop/core";
import { describe, expect, test } from "vitest";
import { bench, type FakeExchange } from "../support/fake.ts";
import { watched } from "./support.ts";

describe("a degradable function", () => {
  test("is its fallback while the flag is off, and the request says so", async () => {
    const b = watched();
    const greet = b.sop.degradable("greeting", {
      primary: (name: string) => `hello ${name}`,
      fallback: (name: string) => `hi ${name}`,
    });
    const before = b.open();
    expect(b.life.run(before, greet, "ann")).toBe("hello ann");
    expect(before.degraded).toEqual([]);
    await b.say({ greeting: false });
    const context = b.open();
    expect(b.life.run(context, greet, "ann")).toBe("hi ann");
    expect(b.life.run(context, greet, "ann")).toBe("hi ann");
    expect(context.degraded).toEqual(["greeting"]);
    expect(b.sop.metrics().degraded).toEqual({ greeting: 2 });
    context.log.info({}, "after");
    expect(b.log.lines.at(-1)?.fields).toMatchObject({ degraded: ["greeting"] });
  });

  test("keeps this and the number of parameters, by which frameworks tell kinds of handlers", () => {
    const { sop } = bench();
    const target = {
      n: 1,
      get: sop.degradable("x", {
        primary(this: { n: number }, _a: unknown, _b: unknown) {
          return this.n;
        },
        fallback: () => 0,
      }),
    };
    expect([target.get(1, 2), target.get.length, target.get.name]).toEqual([1, 2, "x"]);
  });

  test("may be off for some: its flag is evaluated for the request", () => {
    const b = bench({
      flags: {
        cart: {
          variants: { on: true, off: false },
          defaultVariant: "on",
          targeting: { if: [{ "==": [{ var: "headers.x-canary" }, "1"] }, "off"] },
        },
      },
    });
    const cart = b.sop.degradable("cart", { primary: () => "cart", fallback: { value: "no cart" } });
    expect(b.life.run(b.open({ "x-canary": "1" }), cart)).toBe("no cart");
    expect(b.life.run(b.open(), cart)).toBe("cart");
  });

  test("whose fallback fails is a panic with the flag's name", async () => {
    const b = bench({ flags: { cart: false } });
    const fallback = async (): Promise<string> => {
      throw new Error("the cache is down too");
    };
    const cart = b.sop.degradable("cart", { primary: async () => "cart", fallback });
    const context = b.open();
    const error = await b.life.run(context, cart).catch((e: unknown) => e);
    expect(b.life.fail(context, error)?.status).toBe(503);
    expect(b.sop.metrics().panics).toEqual({ cart: 1 });
  });
});

describe("without a fallback", () => {
  test("an async function rejects with SOP_DEGRADED, which is answered as 503 and is no panic", async () => {
    const b = bench({ flags: { cart: false } });
    const cart = b.sop.degradable("cart", { primary: async () => "cart" });
    const context = b.open();
    const error = await b.life.run(context, cart).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(SopError);
    const reply = b.life.fail(context, error);
    expect([reply?.status, JSON.parse(reply?.body ?? "").code]).toEqual([503, "SOP_DEGRADED"]);
    expect(b.sop.metrics()).toMatchObject({ refused: { degraded: 1 }, panics: {}, degraded: { cart: 1 } });
    expect((context.exchange as FakeExchange).replies).toEqual([]);
  });

  test("a function that is not async throws it", () => {
    const { sop } = bench({ flags: { cart: false } });
    expect(() => sop.degradable("cart", { primary: () => "cart" })()).toThrow("cart is switched off");
  });
});

describe("with the last good results as a fallback", () => {
  async function stocked(options: { max?: number; maxAge?: number } = {}) {
    const b = watched();
    const price = b.sop.degradable("prices", {
      primary: async (item: string) => `fresh ${item}`,
      fallback: { cache: options },
    });
    for (const item of ["a", "b", "c"]) await price(item);
    await b.say({ prices: false });
    return { ...b, price };
  }

  test("they are served by arguments while the flag is off", async () => {
    const { price } = await stocked();
    expect(await price("a")).toBe("fresh a");
    await expect(price("z")).rejects.toMatchObject({ code: "SOP_DEGRADED" });
  });

  test("they are not served when they are too old", async () => {
    const { price, clock } = await stocked({ maxAge: 1_000 });
    clock.advance(1_000);
    expect(await price("a")).toBe("fresh a");
    clock.advance(1);
    await expect(price("a")).rejects.toMatchObject({ code: "SOP_DEGRADED" });
  });

  test("the one that was not renewed for the longest time makes room", async () => {
    const { price } = await stocked({ max: 2 });
    await expect(price("a")).rejects.toMatchObject({ code: "SOP_DEGRADED" });
    expect([await price("b"), await price("c")]).toEqual(["fresh b", "fresh c"]);
  });

  test("a failure is not kept, and is the caller's to see", async () => {
    const b = watched();
    const price = b.sop.degradable("prices", {
      primary: async (): Promise<number> => {
        throw new Error("down");
      },
      fallback: { cache: {} },
    });
    await expect(price()).rejects.toThrow("down");
    await b.say({ prices: false });
    await expect(price()).rejects.toMatchObject({ code: "SOP_DEGRADED" });
  });

  test("a key of one's own says which calls are alike", async () => {
    const b = watched();
    const price = b.sop.degradable("prices", {
      primary: (item: { id: number; at: number }) => item.id * 10,
      fallback: { cache: { key: ({ id }) => String(id) } },
    });
    price({ id: 1, at: 1 });
    await b.say({ prices: false });
    expect(price({ id: 1, at: 2 })).toBe(10);
  });

  test("options that are wrong are named", () => {
    const { sop } = bench();
    const wrong = { max: 0, maxAge: "5 m", keys: 1 } as never;
    const make = () => sop.degradable("x", { primary: () => 1, fallback: { cache: wrong } });
    expect(make).toThrow(OptionError);
    expect(make).toThrow(/cache\.keys.*cache\.max.*cache\.maxAge/);
  });
});
