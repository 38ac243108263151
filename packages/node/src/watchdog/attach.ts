import { isMainThread } from "node:worker_threads";
import type { Incident, RecordedWindow, Sop } from "@sop/core";
import { type BlackBox, makeBlackBox } from "../blackbox/memory.js";
import { keepBox } from "../flight/box-life.js";
import { boxPlace } from "../flight/box-place.js";
import type { Origin } from "../forensics/bundle.js";
import { contributorsOf } from "../forensics/contributions.js";
import type { ForensicsSettings } from "../forensics/options.js";
import { beat } from "./beat.js";
import { BlockedEvidence } from "./blocked-evidence.js";
import { IncidentKeeper } from "./incident-keeper.js";
import type { ToMain, ToWatchdog, WatchdogStart } from "./link/messages.js";
import type { WatchdogSettings } from "./options.js";
import { tellRunning } from "./running.js";
import { onSuspicion } from "./suspicion.js";
import { WatchdogThread } from "./thread.js";

/** Suspicions are looked into no more often than this, in milliseconds. */
const SUSPICIONS = 1_000;

/** The thread beside the main one, and the memory that they share. */
export interface Watchdog {
  readonly box: BlackBox;
  end(): void;
}

/**
 * Starts a thread that watches the main one from outside: it makes the samples, says by its stack what keeps the main thread when that is
 * silent, and has incidents opened for signals that are not normal, until they are again. `incidents`: where they are written while the main
 * thread cannot. `undefined` for a service that runs in a thread of its own: only a process has a main one.
 */
export function startWatchdog(
  sop: Sop,
  settings: WatchdogSettings,
  incidents: ForensicsSettings | undefined,
): Watchdog | undefined {
  if (!isMainThread) return undefined;
  const box = makeBlackBox();
  const origin = originOf(sop, incidents?.entry);
  const boxFile = incidents && boxPlace(incidents.dir, origin);
  const start: WatchdogStart = {
    sopWatchdog: true,
    memory: box.buffer as SharedArrayBuffer,
    settings,
    incidents: incidents && { dir: incidents.dir, keep: incidents.keep, maxBytes: incidents.maxBytes },
    origin,
    boxFile,
    startedAt: Date.now() - process.uptime() * 1_000,
  };
  const keeper = new IncidentKeeper(sop);
  const evidence = new BlockedEvidence(sop, keeper, incidents?.dir);
  const undo = [beat(box, sop), tellRunning(sop), evidence.end, boxFile ? keepBox(sop, box, boxFile.path) : () => {}];
  let thread: WatchdogThread | undefined;

  const tell = (message: ToWatchdog): void => {
    try {
      thread?.send(message);
    } catch (error) {
      // What a part told cannot be sent: the watchdog goes on without.
      sop.log.warn({ err: error }, "watchdog: what the main thread knows cannot be told to it");
    }
  };
  const receive = (message: ToMain): void => {
    if (message.kind === "blocked") evidence.add(message);
    else if (message.kind === "open") keeper.open(message.signal, message.since);
    else if (message.kind === "stay") keeper.stay(message.isNews);
    else if (message.kind === "tell") sop.log[message.level](message.fields, message.text);
    else tell({ kind: "window", id: message.id, window: windowNow(sop) });
  };
  let suspectedAt = Number.NEGATIVE_INFINITY;
  const suspicion = (): void => {
    const now = performance.now();
    if (now - suspectedAt < SUSPICIONS) return;
    suspectedAt = now;
    // Not in the middle of what it was seen in.
    setImmediate(() => tell({ kind: "suspicion", window: windowNow(sop) })).unref();
  };
  const tellIncident = (): void => thread?.send({ kind: "incident", id: sop.incident?.id });
  undo.push(
    onSuspicion(sop, suspicion),
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
  return {
    box,
    end() {
      clearImmediate(soon);
      for (const stop of undo) stop();
      thread?.end();
    },
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

/** What these know is in the shared memory, and the watchdog reads it there. */
const SHARED: readonly string[] = ["sensors", "flight"];

/** What the other parts of the main thread know, before there is an incident. */
function windowNow(sop: Sop): Partial<RecordedWindow> {
  const at = Date.now();
  const none: Incident = { id: "", openedAt: at, state: "open", triggers: [], triggerCount: 0, timeline: [] };
  let window: Partial<RecordedWindow> = {};
  for (const contributor of contributorsOf(sop)) {
    if (SHARED.includes(contributor.name)) continue;
    try {
      window = { ...window, ...contributor.window?.(sop.incident ?? none) };
    } catch {
      // It is named in the incident, if there will be one.
    }
  }
  // What is missing is told by the diagnosis of the incident.
  const { missing: _missing, samples: _samples, ...told } = window;
  return told;
}
