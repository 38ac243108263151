import type { ConfigSource } from "@sop/core";
import type { RemoteOptions } from "../../src/sources/remote/options.ts";
import type { ServerProcess } from "./server-process.ts";

/** A place of flags, as the one sees it who changes them. */
export interface Place {
  /** Gives flags new values, all at once. Resolves when the store has them for sure. */
  set(flags: Readonly<Record<string, unknown>>): Promise<void>;
  remove(flag: string): Promise<void>;
  /** Gives a flag something that is no value. */
  corrupt(flag: string): Promise<void>;
  close(): Promise<void>;
  /** The source that watches it, as sop.yaml names it. */
  readonly named: Readonly<Record<string, object>>;
}

/** A place that is in a process of its own. */
export interface Store extends Place {
  /** A source that watches it. */
  source(options: Pick<RemoteOptions, "cache" | "ports">): ConfigSource;
  /** The process that has the flags. */
  readonly server: ServerProcess;
}
