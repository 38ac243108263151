import type { Agent, ClientRequest } from "node:http";
import type { CallGauges } from "./calls.js";

/** Agents that are known, and requests of each that are looked at. */
const MAX_AGENTS = 1_000;
const MAX_LOOK = 1_000;

/**
 * Requests that wait in the queue of a `node:http` agent, for a Node that tells of a request only once it has a connection: those are read
 * from `agent.requests`, of each agent that was ever seen in use. How long one has waited is known from when it was first looked at.
 */
export class AgentQueues {
  readonly #agents = new Set<WeakRef<Agent>>();
  readonly #known = new WeakSet<Agent>();
  readonly #seen = new WeakMap<ClientRequest, number>();

  /** A request has got a connection of this agent. */
  saw(agent: Agent): void {
    if (this.#known.has(agent) || this.#agents.size >= MAX_AGENTS) return;
    this.#known.add(agent);
    this.#agents.add(new WeakRef(agent));
  }

  /** Adds those that wait now. `now`: milliseconds of a clock that never steps. */
  addTo(gauges: CallGauges, now: number): void {
    for (const ref of this.#agents) {
      const agent = ref.deref();
      if (agent) this.#add(gauges, agent, now);
      else this.#agents.delete(ref);
    }
  }

  #add(gauges: CallGauges, { requests }: Agent, now: number): void {
    let looked = 0;
    for (const host in requests) {
      const queue = requests[host] as readonly unknown[] | undefined;
      for (const request of (queue ?? []) as readonly ClientRequest[]) {
        if (++looked > MAX_LOOK) return;
        const since = this.#seen.get(request) ?? now;
        this.#seen.set(request, since);
        gauges.inFlight++;
        gauges.queued++;
        gauges.oldest = Math.max(gauges.oldest, now - since);
      }
    }
  }
}
