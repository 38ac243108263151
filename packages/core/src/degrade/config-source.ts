import type { FlagDefinition } from "./flags/definition.js";
import type { FlagMetadata } from "./flags/flag.js";

/** What a flag can hold; objects and lists are JSON. */
export type FlagValue = boolean | string | number | { readonly [key: string]: unknown } | readonly unknown[];

/** The whole configuration at one moment; readers see one snapshot or the next, never a mixture. */
export interface ConfigSnapshot {
  /** What the source calls this state: a content hash, a revision number. */
  readonly revision: string;
  /**
   * All flags by name: plain values, or flagd's definitions. A flag that is missing falls back to the layer below, then to its default
   * in code. It is read at once and not kept, but the values in it are: a value that changes is a new one.
   */
  readonly flags: Readonly<Record<string, FlagValue | FlagDefinition>>;
  /** Rules by name, for `{ $ref: name }` in definitions: flagd's `$evaluators`. */
  readonly evaluators?: Readonly<Record<string, unknown>> | undefined;
  /** What is told of each flag that does not say otherwise: flagd's metadata of a flag set. */
  readonly metadata?: FlagMetadata | undefined;
  /** The names of all flags that differ from the source's last snapshot, where it knows them: no other is looked at. */
  readonly changed?: readonly string[] | undefined;
  /** The place of a key, for people: `sop.yaml:3`. */
  readonly place?: ((path: readonly string[]) => string) | undefined;
}

/** State of a source, in OpenFeature's terms. */
export type SourceState = "READY" | "STALE" | "ERROR";

/** What a source tells: a new snapshot, or that nothing newer than the last one can be had. */
export type ConfigUpdate =
  | {
      readonly state: "READY";
      readonly snapshot: ConfigSnapshot;
      /** What cannot be used and keeps its last good value, each with its reason: `limits: it is no JSON`. */
      readonly problems?: readonly string[];
    }
  | {
      readonly state: "STALE" | "ERROR";
      readonly problem: string;
      /** What was in force in an earlier run, for the time until the source answers. */
      readonly snapshot?: ConfigSnapshot;
    };

/** Configuration that can change while the process runs. */
export interface ConfigSource {
  readonly name: string;
  /** Yields the present state first, then each change, until `signal` is aborted. */
  watch(signal: AbortSignal): AsyncIterable<ConfigUpdate>;
}

/** A source changed its state. */
export interface SourceChange {
  readonly source: string;
  readonly state: SourceState;
  readonly revision: string | undefined;
  readonly problem: string | undefined;
}

/** A flag changed: its value, or the rule by which it has different ones. */
export interface FlagChange {
  readonly flag: string;
  /** Its value outside of requests. */
  readonly value: FlagValue | undefined;
  readonly previous: FlagValue | undefined;
  /** The layer that was changed: a source's name, or `code`. */
  readonly source: string;
}
