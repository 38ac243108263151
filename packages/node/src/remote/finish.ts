import { type OptionCheck, OptionError } from "@sop/core";
import type { Secrets } from "./secrets.js";

/** As `check.done`, and no message tells a secret, also where one stands in an address. */
export function finish(check: OptionCheck, secrets: Secrets): void {
  try {
    check.done();
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    const masked = (value: string): string => secrets.mask(value).replace(/[^/"]*(?:@|\.\.\.$)/g, "***");
    throw new OptionError(error.problems.map((problem) => ({ ...problem, value: masked(problem.value) })));
  }
}
