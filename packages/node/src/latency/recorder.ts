import { type Clock, type Sop, systemClock } from "@sop/core";
import { type RecordedLatency, Recording } from "./recording.js";

/** Records nothing until somebody asks. */
export interface LatencyRecorder {
  /**
   * What was recorded, of slices that are over and began at `since` or later (milliseconds since 1970; default: all that are kept):
   * nothing the first time, which begins the recording. It ends when nobody has asked for a minute.
   */
  read(since?: number): RecordedLatency;
  /** Ends the recording, and forgets it. */
  stop(): void;
}

const IDLE = 60_000;

/** Records how long the requests of a Sop take, by route, for the last two minutes and only while somebody asks. */
export function latencyRecorder(sop: Sop, clock: Clock = systemClock): LatencyRecorder {
  // Slices are of the wall clock, whose steps must not show.
  const offset = clock.now() - clock.monotonic();
  let stop: (() => void) | undefined;
  let recording: Recording | undefined;
  let idle: unknown;

  const begin = (): Recording => {
    const made = new Recording(offset + clock.monotonic());
    recording = made;
    stop = sop.observe({
      name: "latency",
      closed(context, status, duration) {
        made.record(
          offset + (clock.coarse === undefined ? clock.monotonic() : clock.coarse()),
          context.method,
          context.route,
          status,
          duration,
        );
      },
    });
    return made;
  };
  const end = (): void => {
    clock.clearTimeout(idle);
    stop?.();
    stop = undefined;
    recording = undefined;
  };
  return {
    read(since) {
      clock.clearTimeout(idle);
      idle = clock.setTimeout(end, IDLE);
      return (recording ?? begin()).read(offset + clock.monotonic(), since);
    },
    stop: end,
  };
}
