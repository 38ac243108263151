import { OptionError } from "@sop/core";
import { describe, expect, it } from "vitest";
import { envSource } from "../../src/sources/env.ts";
import { follow } from "./follow.ts";

async function told(env: Record<string, string>, prefix?: string) {
  return follow(envSource({ env, prefix })).until(() => true);
}

describe("a source of the environment", () => {
  it("reads names in capitals as names of flags are written, others as they are", async () => {
    const env = {
      SOP_FLAG_REDIS__ENABLED: "false",
      SOP_FLAG_NEW_PRICING: "true",
      "SOP_FLAG_cart.maxItems": "7",
      HOME: "/",
    };
    expect(await told(env)).toMatchObject({
      state: "READY",
      snapshot: { flags: { "redis.enabled": false, "new-pricing": true, "cart.maxItems": 7 } },
      problems: [],
    });
  });

  it("takes JSON, and anything else as a text", async () => {
    const update = await told({ F_A: "[1]", F_B: '"7"', F_C: "red shoes", F_D: "" }, "F_");
    expect(update.snapshot?.flags).toEqual({ a: [1], b: "7", c: "red shoes", d: "" });
  });

  it("names what cannot be used, and two variables that are one flag", async () => {
    const update = await told({ F_A: "{half", F_B_C: "1", "F_b-c": "2", F_D: "null" }, "F_");
    expect(update).toMatchObject({
      snapshot: { flags: { "b-c": 1 } },
      problems: [
        'env: flags.a: it is no JSON: "{half"',
        "env: flags.d: got null, expected true, false, a text, a number, an object or a list",
        "env: flags.b-c: F_b-c and F_B_C are the same flag",
      ],
    });
  });

  it("refuses wrong options, all of them", () => {
    expect(() => envSource(JSON.parse('{"prefix":"","name":7,"more":1}'))).toThrow(OptionError);
    expect(() => envSource(JSON.parse('{"prefix":"","name":7,"more":1}'))).toThrow(/more.*name.*prefix/);
  });
});
