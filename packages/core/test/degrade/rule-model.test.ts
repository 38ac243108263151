import type { RuleChange } from "@sop/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { bench } from "../support/fake.ts";

const HOUR = 3_600;

/** A stretch of time in which so many of the requests in flight are too many, or not. */
const stretch = fc.record({
  seconds: fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1_000, max: 4_000 })),
  isWrong: fc.boolean(),
});
const scenario = fc.record({
  stretches: fc.array(stretch, { minLength: 1, maxLength: 60, size: "max" }),
  for: fc.integer({ min: 0, max: 20 }),
  after: fc.integer({ min: 0, max: 60 }),
  every: fc.integer({ min: 1, max: 30 }),
  cooldown: fc.integer({ min: 0, max: 60 }),
  maxActions: fc.integer({ min: 1, max: 4 }),
});

it("a rule acts within any hour at most as often as it may, whatever flaps, and leaves no flag overridden after its recovery", () => {
  fc.assert(
    fc.property(scenario, ({ stretches, after, every, cooldown, maxActions, ...rule }) => {
      const changes: RuleChange[] = [];
      const seconds = (n: number) => n * 1_000;
      const { sop, clock, life, open } = bench({
        flags: { redis: true },
        observers: [{ ruleChanged: (change) => void changes.push(change) }],
        rules: [
          {
            name: "Full",
            when: { metric: "in_flight", atLeast: 1 },
            for: seconds(rule.for),
            set: { redis: false },
            recover: { after: seconds(after), steps: [50, 100], every: seconds(every) },
            cooldown: seconds(cooldown),
            maxActions,
          },
        ],
      });
      for (const { seconds: n, isWrong } of stretches) {
        const context = isWrong ? open() : undefined;
        for (let i = 0; i < n; i++) {
          clock.advance(1_000);
          const [status] = sop.rules();
          const isOverridden = sop.explain("redis").layers.at(-1)?.outcome === "decides";
          if (isOverridden !== (status?.back ?? 100) < 100) throw new Error(`overridden: ${JSON.stringify(status)}`);
        }
        if (context) life.close(context, 200, "finished");
      }

      const acts = changes.filter(({ to }) => to === "active").map(({ at }) => at);
      for (const at of acts) {
        const within = acts.filter((other) => other >= at && other < at + seconds(HOUR));
        expect(within.length).toBeLessThanOrEqual(maxActions);
      }
      clock.advance(seconds(2 * HOUR));
      expect(sop.rules()).toMatchObject([{ state: "idle", back: 100 }]);
      expect(sop.flags()).toEqual({ redis: true });
      sop.dispose();
    }),
    { numRuns: 40 },
  );
});
