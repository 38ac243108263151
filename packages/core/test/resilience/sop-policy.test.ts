import { retry, timeout } from "@sop/core";
import { expect, test } from "vitest";
import { bench } from "../support/fake.ts";

test("a policy of a Sop tells in the log what is known to hurt, and knows how long a request may take", () => {
  const { sop, log } = bench({ deadline: { default: "5s" } });
  const calls = sop.policy(retry({ budget: false }), sop.breaker("redis"), timeout("6s"));
  expect(log.lines.map(({ level, fields }) => [level, fields["kind"]])).toEqual([
    ["warn", "retry_without_budget"],
    ["warn", "timeout_never_fires"],
  ]);
  expect(calls.problems.map(({ kind }) => kind)).toEqual(["retry_without_budget", "timeout_never_fires"]);
});

test("a policy in a sound order tells nothing", () => {
  const { sop, log } = bench({ deadline: { default: "5s" } });
  sop.policy(timeout("3s"), retry(), sop.breaker("redis"), timeout("800ms"));
  expect(log.lines).toEqual([]);
});
