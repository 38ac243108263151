import type { Incident, OpenedIncident, RecordedWindow, Sop } from "@sop/core";
import { renew } from "../forensics/contributions.js";
import { triggerOf } from "./signals.js";

/** Opens incidents of signals, and keeps them open: the main thread's hand of the watchdog. */
export class IncidentKeeper {
  readonly #sop: Sop;
  /** When the trouble of an incident was first seen. */
  readonly #troubleAt = new WeakMap<Incident, number>();

  constructor(sop: Sop) {
    this.#sop = sop;
  }

  /** Opens an incident of a signal, or joins the open one: each signal once. `since`: milliseconds since 1970. */
  open(signal: string, since: number, opened?: OpenedIncident): Incident | undefined {
    const sop = this.#sop;
    // A service that leaves has signals of its own; what was opened before is taken over.
    if (sop.state !== "serving" && !opened) return undefined;
    const kind = triggerOf(signal);
    const known = sop.incident;
    if (known?.triggers.some((trigger) => trigger.kind === kind)) {
      sop.stayIncident();
      renew(sop);
      return known;
    }
    const incident = sop.openIncident(kind, opened);
    this.#troubleAt.set(incident, Math.min(since, this.#troubleAt.get(incident) ?? since));
    return incident;
  }

  stay(isNews: boolean): void {
    this.#sop.stayIncident();
    if (isNews) renew(this.#sop);
  }

  /** What the diagnosis is to know. */
  window(incident: Incident): Partial<RecordedWindow> {
    const troubleAt = this.#troubleAt.get(incident);
    return troubleAt === undefined ? {} : { troubleAt };
  }
}
