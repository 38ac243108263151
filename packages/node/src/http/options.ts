import { type Duration, OptionCheck, type OutgoingOptions } from "@sop/core";

/** Options of `watchOutgoing`. */
export interface WatchOptions {
  /** A call that waits for the head of its answer for so long, and shows no timeout, is told. 1 s to 1 h, default `5s`. */
  readonly longest?: Duration | undefined;
  /** An answer whose body is left alone for so long is told. 1 s to 1 h, default `5s`. */
  readonly unread?: Duration | undefined;
  /** Whether calls within a request hand on what is left of its deadline, unless they do already. Default true. */
  readonly propagate?: boolean | undefined;
}

/** Options of `createSop` about calls to other services: the core's, and those of the watch. */
export interface NodeOutgoingOptions extends OutgoingOptions {
  /** `false`: the calls of other clients are not watched. */
  readonly watch?: WatchOptions | false | undefined;
}

interface OutgoingParts {
  readonly calling: OutgoingOptions | undefined;
  readonly watching: WatchOptions | false | undefined;
}

/** What of the options is the core's, and what the watch's. */
export function partsOf(options: NodeOutgoingOptions | false | undefined): OutgoingParts {
  if (options === false) return { calling: undefined, watching: false };
  // What is no object is the core's to reject.
  if (typeof options !== "object" || options === null) return { calling: options, watching: undefined };
  const { watch, ...calling } = options;
  return { calling, watching: watch };
}

/** The options with their defaults; durations in milliseconds. */
export interface WatchSettings {
  readonly longest: number;
  readonly unread: number;
  readonly propagate: boolean;
}

const NAMES: readonly (keyof WatchOptions)[] = ["longest", "unread", "propagate"];
const SECOND = 1_000;
const HOUR = 3_600_000;

/** Checks the options and fills in defaults. Throws `SOP_ERR_OPTION` that names every problem. */
export function readWatchOptions(options?: WatchOptions): WatchSettings {
  const check = new OptionCheck(options, "outgoing.watch", NAMES);
  const settings: WatchSettings = {
    longest: check.duration("longest", 5_000, SECOND, HOUR),
    unread: check.duration("unread", 5_000, SECOND, HOUR),
    propagate: check.flag("propagate", true),
  };
  check.done();
  return settings;
}
