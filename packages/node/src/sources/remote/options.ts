import { hostname } from "node:os";
import { join } from "node:path";
import { type Clock, type Duration, OptionCheck, systemClock } from "@sop/core";
import { parseSize, type Size } from "../../config/size.js";
import { seededRandom } from "../../remote/backoff.js";
import type { Secrets } from "../../remote/secrets.js";

/** What all sources have that live in another process. */
export interface RemoteOptions {
  /** The source's name in logs, metrics and the cache file's name; letters, digits, `.`, `_`, `-`. Default: the source's kind. */
  readonly name?: string | undefined;
  /**
   * File that keeps the last known flags across a restart: mode 0600, written whole, with a checksum. `false`: none.
   * Default `.sop/cache/<name>.json`.
   */
  readonly cache?: string | false | undefined;
  /** How often a quiet connection is asked whether it lives; 10 ms to 1 h, default `750ms`. */
  readonly heartbeat?: Duration | undefined;
  /** How long an answer may take; 10 ms to 1 h, default `1s`. With `heartbeat`, the time until a lost connection is noticed. */
  readonly timeout?: Duration | undefined;
  /** The longest wait before the next attempt to connect; 10 ms to 1 h, default `1s`. */
  readonly maxBackoff?: Duration | undefined;
  /** Size of all flags together, above which they are refused; 1 KiB to 1 GiB, default `8MiB`. */
  readonly maxBytes?: Size | undefined;
  /** Spreads the reconnects of a fleet: instances of different names wait differently. Default: host and process id. */
  readonly instance?: string | undefined;
  /** For tests. */
  readonly ports?: { readonly clock?: Clock; readonly random?: () => number } | undefined;
}

/** {@link RemoteOptions} with every default filled in. */
export interface RemoteSettings {
  readonly name: string;
  readonly cache: string | undefined;
  readonly heartbeat: number;
  readonly timeout: number;
  readonly maxBackoff: number;
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly random: () => number;
  /** Tells one place of flags from another, so that a cache file of other flags is not taken for these. No secrets. */
  readonly scope: string;
  /** What must not be told: it is taken out of every message. */
  readonly secrets: Secrets;
}

const OPTIONS: readonly (keyof RemoteOptions)[] = [
  "name",
  "cache",
  "heartbeat",
  "timeout",
  "maxBackoff",
  "maxBytes",
  "instance",
  "ports",
];

const HOUR = 3_600_000;

/** Reads what all remote sources have; the caller reads its own options and calls `done`. */
export function readRemoteOptions(check: OptionCheck, kind: string): Omit<RemoteSettings, "scope" | "secrets"> {
  const name = check.text("name", kind);
  if (!/^[\w.-]{1,64}$/.test(name)) check.reject("name", "1 to 64 letters, digits, '.', '_' or '-'");
  const instance = check.text("instance", `${hostname()}:${process.pid}`);
  const ports = check.nested("ports", ["clock", "random"]);
  return {
    name,
    cache: check.value("cache") === false ? undefined : check.text("cache", join(".sop", "cache", `${name}.json`)),
    heartbeat: check.duration("heartbeat", 750, 10, HOUR),
    timeout: check.duration("timeout", 1_000, 10, HOUR),
    maxBackoff: check.duration("maxBackoff", 1_000, 10, HOUR),
    maxBytes: readSize(check, "maxBytes", 8 * 2 ** 20, 2 ** 10, 2 ** 30),
    clock: ports.port<Clock>("clock", ["now", "monotonic", "setTimeout", "clearTimeout"], systemClock),
    random: ports.fn<() => number>("random") ?? seededRandom(`${instance} ${name}`),
  };
}

function readSize(check: OptionCheck, key: string, fallback: number, min: number, max: number): number {
  const value = check.value(key);
  if (value === undefined) return fallback;
  const bytes = parseSize(value);
  if (bytes !== undefined && bytes >= min && bytes <= max) return bytes;
  check.reject(key, `a size of ${min} to ${max} bytes, such as 65536, "8MiB"`);
  return fallback;
}

/** A check of the options of a source, `kind`: those of all remote sources, and its own. */
export function remoteCheck(kind: string, options: unknown, own: readonly string[]): OptionCheck {
  // A source that is asked at an interval of its own has no other heartbeat.
  const shared = own.includes("interval") ? OPTIONS.filter((name) => name !== "heartbeat") : OPTIONS;
  return new OptionCheck(options, `${kind}Source`, [...own, ...shared]);
}
