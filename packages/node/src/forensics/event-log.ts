import type { Observer } from "@sop/core";

/** Something that happened to the service; further fields depend on `event`. */
export interface RecordedEvent {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly event: string;
  readonly [field: string]: unknown;
}

const CAPACITY = 1_000;

/** The last 1,000 notable events. Requests that end well are none, so they cost nothing here. */
export class EventLog implements Observer {
  readonly name = "forensics: events";
  readonly #ring: RecordedEvent[] = [];
  #next = 0;

  readonly refused: NonNullable<Observer["refused"]> = (context, reply, reason) => {
    this.#add("refused", { requestId: context.id, method: context.method, status: reply.status, reason });
  };

  readonly panicked: NonNullable<Observer["panicked"]> = (context, { name, origin, type, message }) => {
    this.#add("panicked", { requestId: context?.id, route: context?.route, name, origin, type, message });
  };

  readonly deadlineExpired: NonNullable<Observer["deadlineExpired"]> = ({ id, method, route }) => {
    this.#add("deadlineExpired", { requestId: id, method, route });
  };

  readonly closed: NonNullable<Observer["closed"]> = (context, status, duration) => {
    if (status < 499) return;
    const { id, method, route } = context;
    this.#add("closed", { requestId: id, method, route, status, duration: Math.round(duration) });
  };

  readonly breakerChanged: NonNullable<Observer["breakerChanged"]> = ({ at: _at, ...change }) =>
    this.#add("breakerChanged", change);
  readonly outgoingFound: NonNullable<Observer["outgoingFound"]> = (finding) =>
    this.#add("outgoingFound", { ...finding });

  readonly flagChanged: NonNullable<Observer["flagChanged"]> = ({ flag, value, previous, source }) => {
    // Under its own name, so that the value of a flag that is a secret is masked.
    this.#add("flagChanged", { flag, value: { [flag]: value }, previous: { [flag]: previous }, source });
  };

  readonly sourceChanged: NonNullable<Observer["sourceChanged"]> = (change) =>
    this.#add("sourceChanged", { ...change });

  readonly ruleChanged: NonNullable<Observer["ruleChanged"]> = ({ at: _at, ...change }) =>
    this.#add("ruleChanged", change);

  readonly drainStarted: NonNullable<Observer["drainStarted"]> = (reason) => this.#add("drainStarted", { reason });

  readonly drained: NonNullable<Observer["drained"]> = (left) => this.#add("drained", { left });

  /** All of them, the oldest first. */
  read(): RecordedEvent[] {
    return [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
  }

  #add(event: string, fields: object): void {
    this.#ring[this.#next] = { at: Date.now(), event, ...fields };
    this.#next = (this.#next + 1) % CAPACITY;
  }
}
