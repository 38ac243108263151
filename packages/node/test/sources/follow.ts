import type { ConfigSource, ConfigUpdate } from "@sop/core";
import { onTestFinished, vi } from "vitest";

/** Everything that a source tells. */
export interface Following {
  readonly seen: readonly ConfigUpdate[];
  /** The next update, after those asked for before, that `matches`. */
  until(matches: (update: ConfigUpdate) => boolean): Promise<ConfigUpdate>;
  /** The next update with these flags in force. */
  flags(expected: Readonly<Record<string, unknown>>): Promise<ConfigUpdate>;
  stop(): Promise<void>;
}

export function follow(source: ConfigSource): Following {
  const stop = new AbortController();
  const seen: ConfigUpdate[] = [];
  let asked = 0;
  const end = (async () => {
    for await (const update of source.watch(stop.signal)) seen.push(update);
  })();
  const until = (matches: (update: ConfigUpdate) => boolean): Promise<ConfigUpdate> =>
    vi.waitFor(
      () => {
        const at = seen.findIndex((update, i) => i >= asked && matches(update));
        if (at === -1) throw new Error(`not told; after the last match came ${JSON.stringify(seen.slice(asked))}`);
        asked = at + 1;
        return seen[at] as ConfigUpdate;
      },
      { timeout: 20_000, interval: 5 },
    );
  const following: Following = {
    seen,
    until,
    flags: (expected) =>
      until(({ state, snapshot }) => {
        return (
          state === "READY" && Object.entries(expected).every(([name, value]) => isSame(snapshot.flags[name], value))
        );
      }),
    async stop() {
      stop.abort();
      await end;
    },
  };
  onTestFinished(() => following.stop());
  return following;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
