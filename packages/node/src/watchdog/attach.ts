import { isMainThread } from "node:worker_threads";
import type { Sop } from "@sop/core";
import { type BlackBox, makeBlackBox } from "../blackbox/memory.js";
import type { Origin } from "../forensics/bundle.js";
import { contributedWindow } from "../forensics/contributions.js";
import type { ForensicsSettings } from "../forensics/options.js";
import { beat } from "./beat.js";
import { BlockedEvidence } from "./blocked-evidence.js";
import { IncidentKeeper } from "./incident-keeper.js";
import type { ToMain, WatchdogStart } from "./link/messages.js";
import { readWatchdogOptions, type WatchdogOptions } from "./options.js";
import { tellRunning } from "./running.js";
import { WatchdogThread } from "./thread.js";

/** Where the watchdog writes incidents while the main thread cannot, and what it says of their origin. */
export interface WatchdogPlace {
  /** `undefined`: it writes none. */
  readonly incidents?: Pick<ForensicsSettings, "dir" | "keep" | "maxBytes" | "entry"> | undefined;
  readonly box?: BlackBox | undefined;
}

/**
 * Starts a thread that watches the main one from outside: it makes the samples, says by its stack what keeps the main thread when that is silent,
 * and has incidents opened for signals that are not normal, until they are again. Returns a function that ends it. There is none for a
 * service that runs in a thread of its own. Throws `SOP_ERR_OPTION` for options that are wrong.
 */
export function watchdog(sop: Sop, options?: WatchdogOptions, { incidents, box }: WatchdogPlace = {}): () => void {
  const settings = readWatchdogOptions(options);
  if (!isMainThread) return () => {};
  const memory = box ?? makeBlackBox();
  const start: WatchdogStart = {
    sopWatchdog: true,
    memory: memory.buffer as SharedArrayBuffer,
    settings,
    incidents: incidents && { dir: incidents.dir, keep: incidents.keep, maxBytes: incidents.maxBytes },
    origin: originOf(sop, incidents?.entry),
    startedAt: Date.now() - process.uptime() * 1_000,
  };
  const keeper = new IncidentKeeper(sop);
  const evidence = new BlockedEvidence(sop, keeper);
  const undo = [beat(memory, sop), tellRunning(sop), evidence.end];
  let thread: WatchdogThread | undefined;

  const receive = (message: ToMain): void => {
    if (message.kind === "blocked") evidence.add(message);
    else if (message.kind === "open") keeper.open(message.signal, message.since);
    else if (message.kind === "stay") keeper.stay(message.isNews);
    else if (message.kind === "tell") sop.log[message.level](message.fields, message.text);
    else thread?.send({ kind: "window", id: message.id, window: windowNow(sop) });
  };
  const tellIncident = (): void => thread?.send({ kind: "incident", id: sop.incident?.id });
  undo.push(
    sop.observe({
      name: "watchdog",
      incidentOpened: (incident) => thread?.send({ kind: "incident", id: incident.id }),
      incidentClosed: () => thread?.send({ kind: "incident", id: undefined }),
    }),
  );
  // After the turn in which the service is made: it is not kept waiting.
  const soon = setImmediate(() => {
    thread = new WatchdogThread(start, sop.log, receive, () => setImmediate(tellIncident).unref());
  });
  soon.unref();
  return () => {
    clearImmediate(soon);
    for (const stop of undo) stop();
    thread?.end();
  };
}

function originOf(sop: Sop, entry: string | undefined): Origin {
  const { SOP_VERSION_COMMIT, SOP_VERSION_IMAGE } = process.env;
  return {
    service: sop.service,
    commit: SOP_VERSION_COMMIT || undefined,
    image: SOP_VERSION_IMAGE || undefined,
    entry,
  };
}

/** What all parts of the main thread know, before there is an incident. */
function windowNow(sop: Sop): ReturnType<typeof contributedWindow> {
  const at = Date.now();
  const incident = sop.incident ?? {
    id: "",
    openedAt: at,
    state: "open",
    triggers: [],
    triggerCount: 0,
    timeline: [],
  };
  return contributedWindow(sop, incident, () => {});
}
