import { OptionCheck } from "../../options/check.js";
import type { Call, Task } from "../call.js";
import { Guard } from "../guard.js";
import type { Inner, Outcome } from "../outcome.js";
import { Permit } from "../permit.js";
import { BULKHEAD_OPTION_NAMES, type BulkheadOptions, type BulkheadSettings, readBulkheadOptions } from "./options.js";
import { Room } from "./room.js";

/** Bounds how many calls run at the same time. Made by `bulkhead`. */
export class Bulkhead extends Guard {
  readonly kind = "bulkhead";
  readonly #room: Room;

  constructor(settings: BulkheadSettings) {
    super();
    this.#room = new Room(settings);
  }

  get name(): string {
    return this.#room.settings.name;
  }

  /** Places that are taken. */
  get active(): number {
    return this.#room.active;
  }

  /** Calls that wait for a place. */
  get queued(): number {
    return this.#room.queue.size;
  }

  /** Calls that may wait for a place. */
  get maxQueue(): number {
    return this.#room.settings.maxQueue;
  }

  /** Calls that were refused, since the start. */
  get refusals(): number {
    return this.#room.refusals;
  }

  /** Functions that still run though their call was given up, and its place with it. */
  get runaways(): number {
    return this.#room.runaways;
  }

  start(inner: Inner, task: Task<unknown>, call: Call, outcome: Outcome): Promise<unknown> {
    const room = this.#room;
    if (room.tryTake()) return inner.start(task, call, new Permit(room, call, outcome));
    return room.take(call).then(
      () => inner.start(task, call, new Permit(room, call, outcome)),
      (error: unknown) => outcome.failed(error),
    );
  }
}

/**
 * Bounds how many calls run at the same time; what is too much waits in a bounded queue or is refused with `SOP_OVERLOAD`. A call
 * that is given up gives its place back at once, whatever its function still does: let functions listen to `call.signal`. Throws
 * `SOP_ERR_OPTION` for options that are wrong.
 */
export function bulkhead(options: BulkheadOptions = {}): Bulkhead {
  const check = new OptionCheck(options, "", BULKHEAD_OPTION_NAMES);
  const settings = readBulkheadOptions(check);
  check.done();
  return new Bulkhead(settings);
}
