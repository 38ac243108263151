import { type Duration, OptionCheck } from "@sop/core";
import { parseSize, type Size } from "../config/size.js";

/** Options of `profiles`. */
export interface ProfilesOptions {
  /** Whether the heap is sampled all the time, one allocation in 512 KiB. Default true. */
  readonly heap?: boolean | undefined;
  /**
   * Whether the processor is sampled all the time, a hundred times a second, and the last half to whole minute kept. Default false: of
   * a large heap there is then no CPU profile in a bundle, as the first sample of it holds the main thread for too long.
   */
  readonly cpu?: boolean | undefined;
  /** For how long the main thread may be held for evidence; `0ms` to `10s`, default `50ms`. */
  readonly maxPause?: Duration | undefined;
  /**
   * Whether a heap snapshot is written when the process was drained while an incident is open, where its heap is not larger than `maxHeap`
   * (1MiB to 4GiB, default `256MiB`). It holds every text that is in memory, secrets too. Default false.
   */
  readonly snapshot?: boolean | { readonly maxHeap?: Size | undefined } | undefined;
}

/** The options with their defaults. */
export interface ProfilesSettings {
  readonly heap: boolean;
  readonly cpu: boolean;
  /** Milliseconds. */
  readonly maxPause: number;
  /** Bytes of the largest heap of which a snapshot is written; `undefined`: none is. */
  readonly snapshot: number | undefined;
}

const NAMES: readonly (keyof ProfilesOptions)[] = ["heap", "cpu", "maxPause", "snapshot"];
const MIB = 2 ** 20;
const DEFAULT_HEAP = 256 * MIB;
const MOST_HEAP = 4_096 * MIB;

/** Checks the options and fills in defaults. Throws `SOP_ERR_OPTION` that names every problem. */
export function readProfilesOptions(options?: ProfilesOptions): ProfilesSettings {
  const check = new OptionCheck(options, "profiles", NAMES);
  const settings = {
    heap: check.flag("heap", true),
    cpu: check.flag("cpu", false),
    maxPause: check.duration("maxPause", 50, 0, 10_000),
    snapshot: readSnapshot(check),
  };
  check.done();
  return settings;
}

function readSnapshot(check: OptionCheck): number | undefined {
  const value = check.value("snapshot") ?? false;
  if (value === false) return undefined;
  if (value === true) return DEFAULT_HEAP;
  const nested = check.nested("snapshot", ["maxHeap"]);
  const given = nested.value("maxHeap");
  const bytes = given === undefined ? DEFAULT_HEAP : parseSize(given);
  if (bytes !== undefined && bytes >= MIB && bytes <= MOST_HEAP) return bytes;
  nested.reject("maxHeap", "a size of 1MiB to 4GiB, such as 256MiB");
  return undefined;
}
