import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Act,
  CALM,
  isNews,
  type News,
  type Signal,
  step,
  type Watch,
} from "../../src/watchdog/incidents/watch.ts";

const signal = (name: string, at = 1): Signal => ({ name, at });

/** Plays news one after the other, and gives what was done about each. */
function play(...news: readonly News[]): { watch: Watch; acts: Act[][] } {
  let watch: Watch = CALM;
  const acts: Act[][] = [];
  for (const one of news) {
    const [next, done] = step(watch, one);
    watch = next;
    acts.push([...done]);
  }
  return { watch, acts };
}

const looked = (now: number, names: readonly string[], isOpen = false): News => ({
  kind: "looked",
  now,
  signals: names.map((name) => signal(name)),
  isOpen,
});

describe("the watch over signals", () => {
  it("does nothing while all is well", () => {
    const { watch, acts } = play(looked(0, []), looked(1_000, []), looked(2_000, []));
    expect([watch, acts.flat()]).toEqual([CALM, []]);
  });

  it("has a signal diagnosed, and opens an incident where it is harm", () => {
    const { acts } = play(looked(0, ["deadlock"]), { kind: "diagnosed", now: 20, isHarm: true });
    expect(acts).toEqual([[{ kind: "diagnose" }], [{ kind: "open", signal: "deadlock", since: 1 }]]);
  });

  it("has a suspicion that becomes a finding diagnosed at once, though it came to nothing before", () => {
    const suspected: News = {
      kind: "looked",
      now: 0,
      signals: [{ ...signal("memory_leak"), isSuspected: true }],
      isOpen: false,
    };
    const { watch } = play(suspected, { kind: "diagnosed", now: 20, isHarm: false });
    expect(isNews(watch)).toBe(false);
    expect(step(watch, { ...suspected, now: 500 })[1]).toEqual([]);
    expect(step(watch, looked(500, ["memory_leak"]))[1]).toEqual([{ kind: "diagnose" }]);
  });

  it("opens none where the diagnosis finds nothing, and asks again while the signal stays", () => {
    const { acts, watch } = play(
      looked(0, ["deadlock"]),
      { kind: "diagnosed", now: 20, isHarm: false },
      looked(500, ["deadlock"]),
      looked(1_500, ["deadlock"]),
      { kind: "diagnosed", now: 1_520, isHarm: false },
      looked(2_000, []),
      looked(9_000, []),
    );
    expect(acts.map((done) => done.map(({ kind }) => kind))).toEqual([["diagnose"], [], [], ["diagnose"], [], [], []]);
    expect(watch).toEqual(CALM);
  });

  it("asks at once for a signal that is new, however long the pause", () => {
    const { acts } = play(
      looked(0, ["overload"]),
      { kind: "diagnosed", now: 1, isHarm: false },
      looked(2, ["fd_leak"]),
    );
    expect(acts[2]).toEqual([{ kind: "diagnose" }]);
  });

  it("does not wait for a diagnosis for ever", () => {
    const { acts } = play(looked(0, ["overload"]), looked(5_000, ["overload"]), looked(6_500, ["overload"]));
    expect(acts[2]).toEqual([{ kind: "diagnose" }]);
  });

  it("keeps an incident open while its signals are not normal, and has it diagnosed again after 1, 2, 5, 10, 30 s", () => {
    const news: News[] = [looked(0, ["memory_leak"]), { kind: "diagnosed", now: 0, isHarm: true }];
    for (let at = 500; at <= 120_000; at += 500) news.push(looked(at, ["memory_leak"], true));
    const { acts } = play(...news);
    const stays = acts.slice(2).map(([act]) => act);
    expect(stays.every((act) => act?.kind === "stay")).toBe(true);
    const renewals = stays.flatMap((act, i) => (act?.kind === "stay" && act.isNews ? [(i + 1) * 0.5] : []));
    expect(renewals).toEqual([1, 3, 8, 18, 48, 78, 108]);
  });

  it("leaves it alone when they are normal again", () => {
    const { acts, watch } = play(
      looked(0, ["fd_leak"]),
      { kind: "diagnosed", now: 0, isHarm: true },
      looked(1_000, [], true),
      looked(2_000, [], false),
    );
    expect([acts[2], acts[3], watch]).toEqual([[], [], CALM]);
  });

  it("joins a further signal to the open one, and diagnoses anew", () => {
    const { acts } = play(
      looked(0, ["fd_leak"]),
      { kind: "diagnosed", now: 0, isHarm: true },
      looked(1_000, ["fd_leak", "memory_leak"], true),
    );
    expect(acts[2]).toEqual([{ kind: "open", signal: "memory_leak", since: 1 }]);
  });

  it("opens another where the first was closed and the signal is there again", () => {
    const { acts } = play(
      looked(0, ["fd_leak"]),
      { kind: "diagnosed", now: 0, isHarm: true },
      looked(60_000, [], true),
      looked(90_000, ["fd_leak"], false),
      { kind: "diagnosed", now: 90_010, isHarm: true },
    );
    expect(acts.flat().filter(({ kind }) => kind === "open").length).toBe(2);
  });

  it("rests for a minute where a bound kept it from opening", () => {
    const { acts } = play(
      looked(0, ["fd_leak"]),
      { kind: "diagnosed", now: 0, isHarm: true },
      { kind: "refused", now: 1 },
      looked(30_000, ["fd_leak"]),
      looked(61_000, ["fd_leak"]),
    );
    expect(acts.slice(2)).toEqual([[], [], [{ kind: "diagnose" }]]);
  });

  const names = fc.subarray(["memory_leak", "fd_leak", "deadlock", "overload"]);
  const event = fc.oneof(
    fc.record({ kind: fc.constant("looked" as const), names, isOpen: fc.boolean() }),
    fc.record({ kind: fc.constant("diagnosed" as const), isHarm: fc.boolean() }),
    fc.record({ kind: fc.constant("refused" as const) }),
  );

  it("opens nothing that was not diagnosed as harm, or seen while one was open, whatever comes", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(event, fc.integer({ min: 1, max: 40_000 })), { maxLength: 60 }), (events) => {
        let watch: Watch = CALM;
        let now = 0;
        for (const [given, pause] of events) {
          now += pause;
          const news: News = given.kind === "looked" ? looked(now, given.names, given.isOpen) : { ...given, now };
          const [next, acts] = step(watch, news);
          const opens = acts.filter(({ kind }) => kind === "open");
          const mayOpen = (news.kind === "diagnosed" && news.isHarm) || (news.kind === "looked" && news.isOpen);
          expect(opens.length === 0 || mayOpen).toBe(true);
          // What is quiet is left alone, and nothing is asked twice at once.
          if (news.kind === "looked" && news.signals.length === 0) expect(acts).toEqual([]);
          expect(acts.filter(({ kind }) => kind === "diagnose").length).toBeLessThanOrEqual(
            watch.kind === "asked" ? 0 : 1,
          );
          watch = next;
        }
      }),
    );
  });
});
