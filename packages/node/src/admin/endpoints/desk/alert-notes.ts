import { existsSync } from "node:fs";
import { join } from "node:path";
import { OptionError, type Sop } from "@sop/core";
import { markStep } from "../../../forensics/mark-step.js";
import { maskText } from "../../../forensics/mask.js";
import { INCIDENT_ID } from "../files.js";

/** An alert as Alertmanager's webhook tells of it. */
export interface ReceivedAlert {
  readonly status: "firing" | "resolved";
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
}

/** What became of the alerts of a message. */
export interface NotedAlerts {
  readonly noted: number;
  readonly ignored: number;
  /** The incident that one of them opened. */
  readonly opened: string | undefined;
}

const ID = new RegExp(INCIDENT_ID);
const MOST_KNOWN = 1_000;
const MOST_TEXT = 200;

/** Notes alerts in the timelines of incidents: of the open one, and of those that are recorded. */
export class AlertNotes {
  readonly #sop: Sop;
  readonly #incidents: string | undefined;
  /** The incident of each alert that fired: its end is noted there, and when it is repeated it opens no other. */
  readonly #known = new Map<string, string>();

  /** `incidents`: where they are recorded. */
  constructor(sop: Sop, incidents: string | undefined) {
    this.#sop = sop;
    this.#incidents = incidents;
  }

  note(alerts: readonly ReceivedAlert[]): NotedAlerts {
    let noted = 0;
    let opened: string | undefined;
    for (const alert of alerts) {
      if (this.#opens(alert)) opened ??= this.#sop.openIncident(`alert:${nameOf(alert)}`).id;
      if (this.#noteOne(alert)) noted++;
    }
    return { noted, ignored: alerts.length - noted, opened };
  }

  /** Whether it is the first sign of something: one that the service itself sent tells of what is recorded already. */
  #opens(alert: ReceivedAlert): boolean {
    const { status, labels, annotations } = alert;
    const isSign = status === "firing" && labels["severity"] !== "info" && labels["source"] !== "sop";
    const isNew = !this.#known.has(keyOf(alert)) && (labels["incident"] ?? annotations["incident"]) === undefined;
    return isSign && isNew && labels["service"] === this.#sop.service && this.#sop.incident === undefined;
  }

  #noteOne(alert: ReceivedAlert): boolean {
    const id = this.#incidentOf(alert);
    if (id === undefined) return false;
    this.#remember(keyOf(alert), id);
    if (id !== this.#sop.incident?.id) return this.#noteRecorded(id, detailOf(alert));
    this.#sop.markIncident("alerted", detailOf(alert));
    return true;
  }

  #incidentOf(alert: ReceivedAlert): string | undefined {
    const { labels, annotations } = alert;
    const named = labels["incident"] ?? annotations["incident"] ?? this.#known.get(keyOf(alert));
    if (named !== undefined) return ID.test(named) ? named : undefined;
    const { service = this.#sop.service } = labels;
    return service === this.#sop.service ? this.#sop.incident?.id : undefined;
  }

  /** An incident that is over, or of an earlier process; `false` where it is another's. */
  #noteRecorded(id: string, detail: string): boolean {
    if (this.#incidents === undefined) return false;
    const dir = join(this.#incidents, id);
    if (!existsSync(join(dir, "incident.json"))) return false;
    try {
      markStep(dir, "alerted", detail);
      return true;
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      return false;
    }
  }

  #remember(key: string, id: string): void {
    this.#known.delete(key);
    this.#known.set(key, id);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }
}

function nameOf({ labels }: ReceivedAlert): string {
  return (labels["alertname"] ?? "unnamed").replace(/[^\w.:-]/g, "_").slice(0, 64);
}

/** The same alert, from when it began to fire until it is over. */
function keyOf({ labels, startsAt }: ReceivedAlert): string {
  return JSON.stringify([startsAt, ...Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function detailOf(alert: ReceivedAlert): string {
  const { status, labels, annotations, startsAt } = alert;
  const said = maskText((annotations["summary"] ?? "").replace(/\s+/g, " ").slice(0, MOST_TEXT));
  const about = [labels["severity"], labels["instance"], `since ${startsAt}`].filter(Boolean).join(", ");
  const state = status === "firing" ? "fires" : "is resolved";
  return `alert ${nameOf(alert)} ${state}${said === "" ? "" : `: ${said}`} (${about.slice(0, MOST_TEXT)})`;
}
