import fc from "fast-check";
import { expect, it } from "vitest";
import { LastBytes } from "../../src/commands/run/last-bytes.ts";
import { readRunOptions } from "../../src/commands/run/options.ts";
import { afterEnd, FRESH, LOOP } from "../../src/commands/run/restarts.ts";

const SETTINGS = readRunOptions({});

it("a process that ran for long is started again at once, others after pauses that double up to the longest", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ uptime: fc.nat(20_000), random: fc.double({ min: 0, max: 1, noNaN: true }) })),
      (ends) => {
        let restarts = FRESH;
        let early = 0;
        for (const { uptime, random } of ends) {
          const [next, step] = afterEnd(restarts, { isFailure: true, uptime }, SETTINGS, random);
          early = uptime < 10_000 ? early + 1 : 0;
          const longest = early === 0 ? 0 : Math.min(30_000, 250 * 2 ** (early - 1));
          expect(step).toMatchObject({ kind: "again", isLoop: early === LOOP });
          const { delay } = step as { delay: number };
          expect(delay).toBeGreaterThanOrEqual(Math.floor(longest / 2));
          expect(delay).toBeLessThanOrEqual(longest);
          restarts = next;
        }
      },
    ),
  );
});

it("it ends where the policy says so, and where it ended early too often", () => {
  const failed = { isFailure: true, uptime: 1 };
  expect(afterEnd(FRESH, { isFailure: false, uptime: 1 }, SETTINGS, 0)[1]).toEqual({ kind: "over" });
  expect(afterEnd(FRESH, failed, { ...SETTINGS, restart: "never" }, 0)[1]).toEqual({ kind: "over" });
  expect(afterEnd({ early: 3 }, failed, { ...SETTINGS, maxRestarts: 3 }, 0)[1]).toEqual({ kind: "give up" });
  expect(afterEnd({ early: 3 }, { ...failed, uptime: 10_000 }, { ...SETTINGS, maxRestarts: 3 }, 0)[0]).toEqual(FRESH);
});

it("the last bytes are the end of what was written, in whole lines where it was more", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 50 })), fc.integer({ min: 1, max: 100 }), (chunks, limit) => {
      const last = new LastBytes(limit);
      for (const chunk of chunks) last.add(Buffer.from(chunk));
      const all = chunks.join("");
      const text = last.text();
      if (Buffer.byteLength(all) <= limit) expect(text).toBe(all);
      else expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit * 3);
      if (/^[\x20-\x7e]*$/.test(all)) expect(all.endsWith(text)).toBe(true);
    }),
  );
});
