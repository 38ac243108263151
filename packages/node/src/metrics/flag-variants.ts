import type { FlagValue, Sop } from "@sop/core";
import { MASK } from "../forensics/mask.js";
import { isSecretName } from "../forensics/secret-names.js";
import { LabelBound, OTHER } from "./label-bound.js";
import type { FlagVariant } from "./metric.js";

const MAX_FLAGS = 1_000;
const MAX_VARIANTS = 2_000;
const MAX_TEXT = 64;
/** To evaluate more flags than are told takes milliseconds: it is done when one has changed, and else so seldom, for rules on time. */
const KEPT = 60_000;

/**
 * What reads the variant that each configured flag of `sop` has outside of requests: at most 1,000 flags, and 2,000 pairs of a flag and
 * a variant. `overflowed` is called when there are more.
 */
export function flagVariants(sop: Sop, overflowed: () => void): () => readonly FlagVariant[] {
  const names = new LabelBound(MAX_FLAGS, overflowed);
  const variants = new LabelBound(MAX_VARIANTS, overflowed);
  let kept: { readonly variants: readonly FlagVariant[]; readonly until: number } | undefined;
  sop.observe({
    name: "metrics",
    flagChanged: () => {
      kept = undefined;
    },
  });

  return () => {
    const now = performance.now();
    if (kept && now < kept.until) return kept.variants;
    const all = Object.entries(sop.evaluateFlags());
    const found = new Map<string, FlagVariant>();
    for (const [name, { variant, value }] of all) {
      if (value === undefined) continue;
      const flag = names.has(name) ? name : OTHER;
      const text = (variant ?? textOf(name, value)).slice(0, MAX_TEXT);
      const known = flag !== OTHER && variants.has(JSON.stringify([flag, text])) ? text : OTHER;
      found.set(JSON.stringify([flag, known]), { flag, variant: known });
    }
    const read = [...found.values()];
    kept = all.length > MAX_FLAGS ? { variants: read, until: now + KEPT } : undefined;
    return read;
  };
}

/**
 * A flag without variants has its value for a name, but for one that is called a secret: who scrapes has shown no token. What has parts has
 * none that would fit a label.
 */
function textOf(flag: string, value: FlagValue): string {
  if (isSecretName(flag)) return MASK;
  return typeof value === "object" ? "object" : String(value);
}
