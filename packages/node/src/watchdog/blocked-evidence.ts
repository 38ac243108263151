import { join } from "node:path";
import type { Incident, RecordedStack, Sop } from "@sop/core";
import { contribute } from "../forensics/contributions.js";
import { readIncident, writeIncident } from "../forensics/incident-file.js";
import { json } from "../forensics/mask.js";
import type { IncidentKeeper } from "./incident-keeper.js";
import type { ToMain } from "./link/messages.js";
import { BLOCKED_SIGNAL } from "./signals.js";

const MOST = 24;

/** The stacks that the watchdog took while the main thread was silent, as evidence of its incident. */
export class BlockedEvidence {
  readonly #keeper: IncidentKeeper;
  readonly #dir: string | undefined;
  readonly #stacks = new WeakMap<Incident, readonly RecordedStack[]>();
  /** Takes it away. */
  readonly end: () => void;

  /** `dir`: where the watchdog writes incidents. */
  constructor(sop: Sop, keeper: IncidentKeeper, dir?: string) {
    this.#keeper = keeper;
    this.#dir = dir;
    this.end = contribute(sop, {
      name: "watchdog",
      window: (incident) => ({ ...keeper.window(incident), ...this.#window(incident) }),
      files: (incident) => this.#files(incident),
      leftOut: () => [],
    });
  }

  /** Takes over the incident that the watchdog opened, or joins the open one. */
  add({ incident: opened, blocked: { since, stacks } }: ToMain & { readonly kind: "blocked" }): void {
    const incident = this.#keeper.open(BLOCKED_SIGNAL, since, opened);
    if (!incident) return;
    // The code that blocked may have failed at its end, and another incident was opened first.
    if (opened && opened.id !== incident.id && this.#dir !== undefined) closeOnDisk(join(this.#dir, opened.id));
    const others = (this.#stacks.get(incident) ?? []).filter(({ at }) => at < since);
    this.#stacks.set(incident, [...others, ...stacks].slice(-MOST));
  }

  #window(incident: Incident): { readonly stacks?: readonly RecordedStack[] } {
    const stacks = this.#stacks.get(incident);
    return stacks === undefined ? {} : { stacks };
  }

  #files(incident: Incident) {
    const stacks = this.#stacks.get(incident);
    if (stacks === undefined) return [];
    return [{ name: "stacks.json", kind: "stacks", data: json({ schema: "sop.stacks/1", stacks }) }];
  }
}

/** It goes on in another one. */
function closeOnDisk(dir: string): void {
  try {
    const incident = readIncident(dir);
    if (incident.state === "open") writeIncident(dir, { ...incident, state: "closed", closedAt: Date.now() });
  } catch {
    // It was not written, or is gone.
  }
}
