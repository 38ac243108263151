import type { ConfigSource, FlagValue, Sop } from "@sop/core";
import { expect, vi } from "vitest";

type Flags = Readonly<Record<string, FlagValue>>;

/** A source whose flags a test sets. */
export interface SettableFlags {
  /** For the Sop's option `sources`; one Sop's only. */
  readonly source: ConfigSource;
  /** Has the source tell these flags in place of the last ones; resolves when they are in force. */
  set(sop: Sop, flags: Flags): Promise<void>;
}

/** A source named `test` that tells nothing until `set` is called. */
export function settableFlags(): SettableFlags {
  let tell = (_flags: Flags): void => {};
  return {
    source: {
      name: "test",
      async *watch(signal) {
        for (let revision = 0; !signal.aborted; revision++) {
          const flags = await new Promise<Flags>((resolve) => {
            tell = resolve;
          });
          yield { state: "READY", snapshot: { revision: String(revision), flags } };
        }
      },
    },
    async set(sop, flags) {
      tell(flags);
      await vi.waitFor(() => expect(sop.flags()).toEqual(flags));
    },
  };
}
