import type { Fanout } from "../observe/fanout.js";
import type { Clock } from "../ports/clock.js";
import type { Logger } from "../ports/logger.js";
import type { RequestContext } from "../request/request-context.js";
import type { OutgoingFinding } from "./finding.js";
import type { OutgoingNumbers } from "./outgoing-numbers.js";
import { RetryGuard, type RetryStormSettings } from "./retry-guard.js";

/** A call to another service. */
export interface OutgoingCall {
  /** Host and port of the address. */
  readonly host: string;
  /** Method and address: tells a retry from another call. Kept while its request lives, and never written anywhere. */
  readonly key: string;
  /** The request it is made for. */
  readonly context: RequestContext | undefined;
}

/** Where outgoing calls are noted: by `sop.fetch`, and by those who watch the calls of other clients. */
export interface Outgoing {
  /** Whether `sop.fetch` makes the call that is being made: it notes that one itself. */
  readonly isFetching: boolean;
  /** Counts a call that is made. False where it is a retry, the host is in a storm of them, and `retryStorm.block` is on. */
  started(call: OutgoingCall): boolean;
  /** Measures a call, `milliseconds` from its start to the head of its answer. `status` 0: no answer came. */
  ended(call: OutgoingCall, status: number, milliseconds: number): void;
  /** Counts a call that nothing bounds. */
  withoutDeadline(host: string): void;
  /** Tells the observers and the log. To tell it once is the finder's part. */
  found(finding: OutgoingFinding): void;
}

interface OutgoingRooms {
  readonly clock: Clock;
  readonly log: Logger;
  readonly fanout: Fanout;
  readonly numbers: OutgoingNumbers;
  /** Counts a call among the golden signals. */
  readonly called: (now: number) => void;
}

const TOO_MANY_REQUESTS = 429;

/** What each finding is called in the log. */
const MESSAGES: Readonly<Record<OutgoingFinding["kind"], string>> = {
  unbounded_call: "an outgoing call has no timeout",
  unconsumed_body: "the body of an answer is neither read nor cancelled",
  retry_storm: "most calls to a host are retries",
};

/** The calls of one Sop. */
export class OutgoingDesk implements Outgoing {
  isFetching = false;
  readonly #rooms: OutgoingRooms;
  readonly #guard: RetryGuard;

  constructor(rooms: OutgoingRooms, retryStorm: RetryStormSettings) {
    this.#rooms = rooms;
    this.#guard = new RetryGuard(retryStorm, (storm) => this.found(storm));
  }

  started(call: OutgoingCall): boolean {
    const now = this.#rooms.clock.monotonic();
    this.#rooms.called(now);
    return this.#guard.started(call, now);
  }

  ended(call: OutgoingCall, status: number, milliseconds: number): void {
    this.#rooms.numbers.record(call.host, status, milliseconds);
    if (status === 0 || status >= 500 || status === TOO_MANY_REQUESTS) this.#guard.failed(call);
  }

  withoutDeadline(host: string): void {
    this.#rooms.numbers.withoutDeadline(host);
  }

  found(finding: OutgoingFinding): void {
    this.#rooms.log.warn(fieldsOf(finding), MESSAGES[finding.kind]);
    this.#rooms.fanout.emit("outgoingFound", finding);
  }
}

function fieldsOf(finding: OutgoingFinding): object {
  if (finding.kind === "retry_storm") return finding;
  const { site, age, ...rest } = finding;
  return { ...rest, age_ms: Math.round(age), site: site && `${site.file}:${site.line}` };
}
