import { setTimeout as pause } from "node:timers/promises";
import type { Incident, Observer, RequestContext, Sop } from "@sop/core";
import { BodyTap } from "./body-tap.js";
import { commitOf } from "./commit.js";
import { onRecordNow, onRenewal } from "./contributions.js";
import { EventLog } from "./event-log.js";
import { nodeRequestOf } from "./failing-request.js";
import type { HeavyEvidence } from "./heavy.js";
import { IncidentFolder } from "./incident-folder.js";
import { type ForensicsOptions, readForensicsOptions } from "./options.js";
import { tellRecorder } from "./recorders.js";
import { Shelf } from "./shelf.js";
import { WriteQueue } from "./write-queue.js";

/** Milliseconds after which evidence is taken that takes its time. */
const LATE = 200;

/**
 * Records each incident of `sop` below `dir`: what happened, the requests in flight, the failing request, a diagnosis and a report
 * for people. Secrets are masked before anything is written. A crash is on disk before the process ends. Returns a function that
 * stops it. Throws `SOP_ERR_OPTION` for options that are wrong.
 */
export function forensics(sop: Sop, options?: ForensicsOptions): () => void {
  const { dir, keep, maxBytes, bodies, entry, heavy } = readForensicsOptions(options);
  const { SOP_VERSION_COMMIT, SOP_VERSION_IMAGE } = process.env;
  const commit = SOP_VERSION_COMMIT || commitOf(process.cwd());
  const origin = { service: sop.service, commit, image: SOP_VERSION_IMAGE || undefined, entry };
  const shelf = new Shelf(dir, { keep, maxBytes });
  const events = new EventLog();
  const queue = new WriteQueue();
  const taps = new WeakMap<RequestContext, BodyTap>();
  const told = new Set<string>();
  let folder: IncidentFolder | undefined;

  const failed = (name: string, error: unknown): void => {
    if (told.has(name)) return;
    told.add(name);
    sop.log.error({ err: error, evidence: name }, "a part of the evidence cannot be taken");
  };
  const writeLater = (): void => {
    if (folder) queue.later(folder);
  };
  const takeLate = async (taken: IncidentFolder): Promise<void> => {
    // What is written at once has its turns first.
    await pause(LATE, undefined, { ref: false });
    if (await taken.takeLate()) queue.later(taken);
  };

  const recorder: Observer = {
    name: "forensics",
    ...(bodies && { opened: (context: RequestContext) => tap(context, taps) }),
    incidentOpened(incident) {
      folder = new IncidentFolder(incident, { sop, dir, shelf, events, origin, failed });
      folder.want(heavy);
      queue.later(folder);
      void takeLate(folder);
    },
    incidentChanged(_incident, step) {
      // Its own steps are part of what it is about to write.
      if (folder && step?.step !== "recorded" && step?.step !== "diagnosed") queue.later(folder);
    },
    incidentClosed() {
      folder?.closed();
      if (folder) queue.later(folder);
    },
    panicked(context, panic) {
      if (context) folder?.failed(context, taps.get(context), panic.origin !== "handler");
    },
    crashed(context) {
      if (context) folder?.failed(context, taps.get(context), true);
      if (folder) queue.now(folder);
    },
    drained: () => leave(),
  };

  const leave = (): void => {
    if (folder?.leave()) queue.now(folder);
    queue.flush();
  };
  const flush = (): void => queue.flush();
  const given = Object.fromEntries(Object.entries(heavy).filter(([, budget]) => budget !== undefined));
  const take = (wanted: HeavyEvidence): Incident => {
    const known = sop.incident;
    const incident = sop.openIncident("manual");
    if (folder) {
      // A budget of the options has precedence.
      folder.want({ ...wanted, ...given });
      // What takes its time was taken when it was opened.
      if (known) void takeLate(folder);
    }
    return incident;
  };
  const undo = [
    tellRecorder(sop, { take }),
    sop.observe(events),
    sop.observe(recorder),
    sop.onDrain(flush),
    onRenewal(sop, writeLater),
    onRecordNow(sop, flush),
  ];
  process.on("exit", leave);
  return () => {
    for (const stop of undo) stop();
    process.off("exit", leave);
    queue.flush();
  };
}

function tap(context: RequestContext, taps: WeakMap<RequestContext, BodyTap>): void {
  const request = nodeRequestOf(context);
  if (request) taps.set(context, new BodyTap(request));
}
