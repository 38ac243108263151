import type { FlagDefinition } from "@sop/core";

/** A rule of three ways: by a header, by a list of plans, and a split for all others. */
export const threeWays: FlagDefinition = {
  variants: { new: "n", old: "o", beta: "b" },
  defaultVariant: "old",
  targeting: {
    if: [
      { "==": [{ var: "canary" }, "1"] },
      "new",
      { in: [{ var: "plan" }, ["gold", "silver"]] },
      "beta",
      {
        fractional: [
          ["new", 10],
          ["old", 90],
        ],
      },
    ],
  },
};

/** Contexts of which each way has its share. */
export const contexts = Array.from({ length: 64 }, (_, i) => ({
  targetingKey: flat(`5c3d8535-f81a-4478-a6d3-${String(i).padStart(12, "0")}`),
  canary: i % 8 === 0 ? "1" : "0",
  plan: i % 4 === 0 ? "gold" : "free",
}));

/** A text as one comes from a socket: not as the pieces that it was put together from. */
function flat(text: string): string {
  return Buffer.from(text).toString("latin1");
}
