import { isMainThread } from "node:worker_threads";
import type { Sop } from "@sop/core";
import { overflowOf, readInFlight } from "../blackbox/in-flight.js";
import { type BlackBox, makeBlackBox } from "../blackbox/memory.js";
import { readRecords } from "../blackbox/read-records.js";
import { contribute, recordNow } from "../forensics/contributions.js";
import { observeCalls } from "../http/calls.js";
import { reportFatalErrors } from "./fatal-report.js";
import { flightFile } from "./flight-file.js";
import type { LogTap } from "./log-tap.js";
import { type FlightOptions, readFlightOptions } from "./options.js";
import { Recorder } from "./recorder.js";
import { snapshotOnSignals } from "./signals.js";
import { snapshotText } from "./snapshot.js";
import { windowOfFlight } from "./window-of.js";

/** What the flight recorder works with. */
export interface FlightParts {
  /** The memory that it writes into. Default: one of its own. */
  readonly box?: BlackBox | undefined;
  /** Where Node writes its report of a fatal error. Default: nowhere. */
  readonly reports?: string | undefined;
  /** The logger whose lines at `warn` and above are recorded. */
  readonly log?: LogTap | undefined;
}

/**
 * Records what happens to a service, each request, call, failure, change and warning as a few hundred bytes of memory that is written
 * over and over: each incident has the last minutes of it as `bundle/flight.ndjson`, and the diagnosis how routes and hosts did. Returns
 * a function that stops it. Throws `SOP_ERR_OPTION` for options that are wrong.
 */
export function flight(
  sop: Sop,
  options?: FlightOptions,
  { box = makeBlackBox(), reports, log }: FlightParts = {},
): () => void {
  const { window, snapshotSignals } = readFlightOptions(options);
  const recorder = new Recorder(box);
  const records = (until: number) => readRecords(box, until - window);
  const undo = [
    sop.observe(recorder.observer),
    observeCalls(sop, recorder.calls),
    contribute(sop, {
      name: "flight",
      window({ openedAt }) {
        const until = Date.now();
        const over = overflowOf(box);
        const missing = over > 0 ? [`flight: ${over} requests and calls in flight, for want of room`] : [];
        const seen = windowOfFlight({
          records: records(until),
          entries: readInFlight(box),
          until,
          troubleAt: openedAt,
        });
        return { ...seen, missing };
      },
      files: () => [{ name: "flight.ndjson", kind: "flight-records", data: flightFile(records(Date.now())) }],
    }),
    snapshotOnSignals({
      signals: isMainThread ? snapshotSignals : [],
      text: (signal) => snapshotText(sop, box, signal),
      record(signal, isLast) {
        sop.openIncident(`signal: ${signal}`);
        if (isLast) recordNow(sop);
      },
    }),
    reports !== undefined && isMainThread ? reportFatalErrors(reports) : () => {},
  ];
  if (log) log.listener = (level, what, id) => recorder.log(level, what, id);
  return () => {
    if (log) log.listener = undefined;
    for (const stop of undo) stop();
    recorder.stop();
  };
}
