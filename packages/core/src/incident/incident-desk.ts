import type { Fanout } from "../observe/fanout.js";
import type { Clock, TimerHandle } from "../ports/clock.js";
import type { Ids } from "../ports/ids.js";
import type { Panic } from "../request/panic.js";
import type { RequestContext } from "../request/request-context.js";
import {
  type Incident,
  type IncidentStep,
  type IncidentStepName,
  type IncidentTrigger,
  isSameStep,
  type OpenedIncident,
} from "./incident.js";

const MAX_TRIGGERS = 100;
/** Alerts may be many; the steps of the loop are five. */
const MAX_STEPS = 100;

interface OpenIncident extends Incident {
  state: "open" | "closed";
  readonly triggers: IncidentTrigger[];
  readonly timeline: IncidentStep[];
  triggerCount: number;
}

/** Opens an incident at a trigger, lets later triggers join it, and closes it after `quiet` milliseconds without one. */
export class IncidentDesk {
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #fanout: Fanout;
  readonly #quiet: number;
  readonly #counted: (trigger: string) => void;
  #open: OpenIncident | undefined;
  #timer: TimerHandle;

  constructor(clock: Clock, ids: Ids, fanout: Fanout, quiet: number, counted: (trigger: string) => void) {
    this.#clock = clock;
    this.#ids = ids;
    this.#fanout = fanout;
    this.#quiet = quiet;
    this.#counted = counted;
  }

  /** The open incident. */
  get current(): Incident | undefined {
    return this.#open;
  }

  /** Opens an incident, or joins the open one. `context`: the request whose code failed. `opened`: one that another thread has opened. */
  trigger(kind: string, panic?: Panic, context?: RequestContext, opened?: OpenedIncident): Incident {
    const at = (panic ?? opened)?.at ?? this.#clock.now();
    const trigger: IncidentTrigger = {
      kind,
      at,
      panic,
      requestId: context?.id,
      route: context?.route,
      method: context?.method,
    };
    this.#closeLater();
    const known = this.#open;
    const incident: OpenIncident = known ?? {
      id: opened?.id ?? this.#id(at),
      openedAt: at,
      state: "open",
      triggers: [],
      timeline: [],
      triggerCount: 0,
    };
    incident.triggerCount++;
    if (incident.triggers.length < MAX_TRIGGERS) incident.triggers.push(trigger);
    if (known) {
      this.#fanout.emit("incidentChanged", incident, undefined);
    } else {
      this.#open = incident;
      this.#counted(kind);
      this.#fanout.emit("incidentOpened", incident);
    }
    return incident;
  }

  /** Notes a step of the open incident; without one, or where it was taken already, nothing happens. */
  mark(step: IncidentStepName, detail: string, outcome: "ok" | "failed" = "ok"): void {
    const incident = this.#open;
    if (!incident) return;
    const at = this.#clock.now();
    const taken: IncidentStep = { step, at, after: at - incident.openedAt, outcome, detail };
    const isFull = step === "alerted" && incident.timeline.length >= MAX_STEPS;
    if (isFull || incident.timeline.some((known) => isSameStep(known, taken))) return;
    incident.timeline.push(taken);
    this.#fanout.emit("incidentChanged", incident, taken);
  }

  /** Something is not as it should be: the open incident stays open for a while yet. */
  stay(): void {
    if (this.#open) this.#closeLater();
  }

  /** Closes the open incident. */
  close(): void {
    const incident = this.#open;
    if (!incident) return;
    this.#clock.clearTimeout(this.#timer);
    this.#open = undefined;
    incident.state = "closed";
    this.#fanout.emit("incidentClosed", incident);
  }

  #closeLater(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => this.close(), this.#quiet);
  }

  #id(at: number): string {
    return `${new Date(at).toISOString().replace(/[-:]|\.\d+/g, "")}-${this.#ids.spanId().slice(0, 6)}`;
  }
}
