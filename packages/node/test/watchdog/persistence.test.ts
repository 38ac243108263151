import { expect, it } from "vitest";
import { Persistence } from "../../src/watchdog/incidents/persistence.ts";

const likely = (name: "overload" | "fd_leak" | "memory_leak", at = 1) => ({ name, at, verdict: "likely" as const });
const confirmed = (name: "deadlock") => ({ name, at: 1, verdict: "confirmed" as const });
const names = (signals: readonly { name: string }[]) => signals.map(({ name }) => name);

it("counts what is confirmed at once, and what is likely when it is seen again", () => {
  const signals = new Persistence();
  expect(names(signals.lasting([confirmed("deadlock"), likely("overload")], 0))).toEqual(["deadlock"]);
  expect(names(signals.lasting([likely("overload")], 1_000))).toEqual(["overload"]);
});

it("gives what grows more time", () => {
  const signals = new Persistence();
  const counted = [0, 1_000, 2_000].map((now) => names(signals.lasting([likely("fd_leak", now)], now)));
  expect(counted).toEqual([[], [], ["fd_leak"]]);
});

it("waits until more is seen of what grows: the heap is only known after collections", () => {
  const signals = new Persistence();
  const counted = [0, 1_000, 2_000, 3_000, 4_000].map((now) =>
    names(signals.lasting([likely("memory_leak", now < 3_500 ? 7 : 3_400)], now)),
  );
  expect(counted).toEqual([[], [], [], [], ["memory_leak"]]);
});

it("does not count the time for which it was only suspected", () => {
  const signals = new Persistence();
  signals.lasting([{ name: "memory_leak", at: 1, verdict: "suspected" }], 0);
  expect(signals.lasting([likely("memory_leak", 4_000)], 4_000)).toEqual([]);
});

it("begins anew with one that was gone in between", () => {
  const signals = new Persistence();
  signals.lasting([likely("overload")], 0);
  signals.lasting([], 1_000);
  expect(signals.lasting([likely("overload")], 2_000)).toEqual([]);
});
