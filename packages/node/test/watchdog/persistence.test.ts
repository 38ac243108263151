import { expect, it } from "vitest";
import { Persistence } from "../../src/watchdog/incidents/persistence.ts";

const likely = (name: string) => ({ name, at: 1, verdict: "likely" as const });
const confirmed = (name: string) => ({ name, at: 1, verdict: "confirmed" as const });
const names = (signals: readonly { name: string }[]) => signals.map(({ name }) => name);

it("counts what is confirmed at once, and what is likely when it is seen again", () => {
  const signals = new Persistence();
  expect(names(signals.lasting([confirmed("deadlock"), likely("overload")], 0))).toEqual(["deadlock"]);
  expect(names(signals.lasting([likely("overload")], 1_000))).toEqual(["overload"]);
});

it("gives what grows more time", () => {
  const signals = new Persistence();
  const counted = [0, 1_000, 2_000, 3_000, 4_000].map((now) => names(signals.lasting([likely("fd_leak")], now)));
  expect(counted).toEqual([[], [], [], [], ["fd_leak"]]);
});

it("begins anew with one that was gone in between", () => {
  const signals = new Persistence();
  signals.lasting([likely("overload")], 0);
  signals.lasting([], 1_000);
  expect(signals.lasting([likely("overload")], 2_000)).toEqual([]);
});
