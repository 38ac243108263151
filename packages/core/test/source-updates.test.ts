import type { ConfigSource, ConfigUpdate, SourceChange } from "@sop/core";
import { describe, expect, test } from "vitest";
import { bench } from "./support/fake.ts";

/** What is logged and observed of a source that says these updates. */
async function told(...updates: readonly ConfigUpdate[]) {
  const source: ConfigSource = {
    name: "etcd",
    async *watch() {
      yield* updates;
    },
  };
  const changes: SourceChange[] = [];
  const b = bench({ sources: [source], observers: [{ sourceChanged: (change) => void changes.push(change) }] });
  const limit = b.sop.flag("limit", 0);
  for (let i = 0; i < 20; i++) await Promise.resolve();
  return { changes, limit: limit.value, lines: b.log.lines };
}

const snapshot = (revision: string, limit: number) => ({ revision, flags: { limit } });

describe("what a source tells", () => {
  test("of an earlier run is in force while it is stale, and no warning", async () => {
    const update: ConfigUpdate = { state: "STALE", problem: "not asked yet", snapshot: snapshot("7", 5) };
    const { limit, lines, changes } = await told(update);
    expect(limit).toBe(5);
    expect(lines).toEqual([
      { level: "info", fields: { source: "etcd", state: "STALE", revision: "7" }, message: "not asked yet" },
    ]);
    expect(changes).toEqual([{ source: "etcd", state: "STALE", revision: "7", problem: "not asked yet" }]);
  });

  test("that it cannot use is one warning each, as long as it lasts; the rest is in force", async () => {
    const [a, b] = ["etcd: flags.a: it is no JSON", "etcd: flags.b: it is not UTF-8"] as const;
    const { limit, lines, changes } = await told(
      { state: "READY", snapshot: snapshot("1", 1), problems: [a] },
      { state: "READY", snapshot: snapshot("2", 2), problems: [a, b] },
      { state: "READY", snapshot: snapshot("3", 3), problems: [] },
      { state: "READY", snapshot: snapshot("4", 4), problems: [a] },
    );
    expect(limit).toBe(4);
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ["warn", `last good state kept: ${a}`],
      ["warn", `last good state kept: ${b}`],
      ["warn", `last good state kept: ${a}`],
    ]);
    expect(changes.map(({ state, problem }) => [state, problem])).toEqual(Array(4).fill(["READY", undefined]));
  });
});
