import { mkdtempSync, promises, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { OptionError } from "@sop/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PerturbError, perturb } from "../src/index.ts";
import { planOfSeed } from "../src/perturb/plan.ts";
import { shrink } from "../src/perturb/shrink.ts";

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "sop-perturb-"));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** An account in a file; a withdrawal looks at the balance, does something that takes its time, and writes what is left. */
function bank({ isSafe }: { isSafe: boolean }) {
  const file = join(dir, `${crypto.randomUUID()}.json`);
  writeFileSync(file, "100");
  let last: Promise<void> = Promise.resolve();
  const withdraw = async (amount: number): Promise<void> => {
    const balance = Number(await promises.readFile(file, "utf8"));
    await wait(1);
    await promises.writeFile(file, String(balance - amount));
  };
  return {
    balance: () => Number(readFileSync(file, "utf8")),
    withdraw(amount: number): Promise<void> {
      if (!isSafe) return withdraw(amount);
      last = last.then(() => withdraw(amount));
      return last;
    },
  };
}

/** The second withdrawal comes when the first one usually is over: it fails in rare orders only. */
async function twoWithdrawals(isSafe: boolean): Promise<number> {
  const account = bank({ isSafe });
  await Promise.all([account.withdraw(30), wait(8).then(() => account.withdraw(50))]);
  return account.balance();
}

const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as PerturbError,
  );

describe("a schedule that is perturbed", () => {
  it("finds the order in which an update is lost, tells it by what was late and in steps, and the seed finds it again", async () => {
    const invariant = (balance: number) => balance === 20;
    const error = await caught(perturb(() => twoWithdrawals(false), { invariant, runs: 200 }));
    expect(error).toBeInstanceOf(PerturbError);
    const { found, message } = error as PerturbError;
    expect(found.failsAsItIs).toBe(false);
    expect(found.late.length).toBeGreaterThan(0);
    expect(found.late.length).toBeLessThanOrEqual(3);
    expect(found.again.failed).toBe(found.again.of);
    expect(message).toContain(`seed ${found.seed}`);
    expect(message).toMatch(/The invariant does not hold for (50|70)/);
    expect(message).toMatch(/writeFile [\w-]+\.json {2}\S*perturb\.test\.ts:\d+:\d+/);
    const again = await caught(perturb(() => twoWithdrawals(false), { invariant, runs: 1, seed: found.seed }));
    expect(again?.found.late.map(({ event, late }) => [event, late])).toEqual(
      found.late.map(({ event, late }) => [event, late]),
    );
  });

  it("finds nothing in many runs where withdrawals wait for each other", async () => {
    expect(await perturb(() => twoWithdrawals(true), { invariant: (balance) => balance === 20, runs: 100 })).toBe(100);
  });

  it("finds locks that are taken in opposite order: it is stuck", async () => {
    const lock = () => {
      let last: Promise<unknown> = Promise.resolve();
      return <T>(fn: () => Promise<T>): Promise<T> => {
        const result = last.then(fn);
        last = result.catch(() => {});
        return result;
      };
    };
    const transfer = async () => {
      const [a, b] = [lock(), lock()];
      const one = a(() => wait(1).then(() => b(async () => {})));
      await wait(20);
      await Promise.all([one, b(() => wait(1).then(() => a(async () => {})))]);
    };
    const error = await caught(perturb(transfer, { timeout: "300ms", runs: 100 }));
    expect(error?.message).toContain("it is stuck");
    expect(error?.found.failsAsItIs).toBe(false);
  });

  it("has requests to a server in its hands", async () => {
    const order = async () => {
      const seen: string[] = [];
      const server = createServer((request, response) => {
        seen.push(request.url ?? "");
        response.end();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
      const { port } = server.address() as { port: number };
      const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`).then((response) => response.text());
      await Promise.all([get("/1"), wait(5).then(() => get("/2"))]);
      await new Promise((resolve) => server.close(resolve).closeAllConnections());
      return seen;
    };
    const error = await caught(perturb(order, { invariant: ([first]) => first === "/1", runs: 100 }));
    expect(error?.message).toContain("GET /1");
  });

  it("tells what fails in any order", async () => {
    const error = await caught(perturb(() => Promise.reject(new Error("no")), { runs: 3 }));
    expect(error?.message).toContain("It fails also when nothing is late.");
  });

  it("leaves timers as they are, but for their order: what is cleared does not come, and arguments are handed on", async () => {
    const result = await perturb(
      () =>
        new Promise((resolve) => {
          const never = setTimeout(() => resolve("never"), 1);
          clearTimeout(never);
          const also = setImmediate(() => resolve("never"));
          clearImmediate(also);
          setTimeout((...args: unknown[]) => resolve(args), 2, "a", "b");
        }),
      { invariant: (args) => JSON.stringify(args) === '["a","b"]', runs: 20 },
    );
    expect(result).toBe(20);
  });

  it("needs options that are right", async () => {
    await expect(perturb(() => {}, { runs: 0, seed: -1 })).rejects.toThrow(OptionError);
  });
});

describe("seeds", () => {
  it("give the same delays each time", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const [one, other] = [planOfSeed(seed), planOfSeed(seed)];
        const events = Array.from({ length: 50 }, (_, i) => i);
        expect(events.map(one)).toEqual(events.toReversed().map(other).toReversed());
      }),
    );
  });
});

describe("what is late", () => {
  it("is made as few as it needs to fail", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 2 }),
        async (events, count) => {
          const needed = events.slice(0, count);
          const all = new Map(events.map((event) => [event, 5]));
          const smallest = await shrink(all, async (tried) => needed.every((event) => tried.has(event)), 2_000);
          expect([...smallest.keys()].sort()).toEqual([...needed].sort());
        },
      ),
    );
  });
});
