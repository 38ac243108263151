import { OptionCheck } from "../../options/check.js";
import { type Call, type ExecuteOptions, type Task, UNLIMITED } from "../call.js";
import { execute } from "../execute.js";
import { Permit, withPermit } from "../permit.js";
import type { Policy } from "../policy.js";
import { started } from "../settle.js";
import { BULKHEAD_OPTION_NAMES, type BulkheadOptions, type BulkheadSettings, readBulkheadOptions } from "./options.js";
import { Room } from "./room.js";

/** Bounds how many calls run at the same time. Made by `bulkhead`. */
export class Bulkhead implements Policy {
  readonly kind = "bulkhead";
  readonly #room: Room;
  // What settles a call that nobody can give up: made once, so that such a call makes no closure.
  readonly #passed = <T>(value: T): T => {
    this.#room.free();
    return value;
  };
  readonly #failed = (error: unknown): never => {
    this.#room.free();
    throw error;
  };

  constructor(settings: BulkheadSettings) {
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

  execute<T>(task: Task<T>, options?: ExecuteOptions): Promise<T> {
    return execute(this, task, options);
  }

  run<T>(task: Task<T>, call: Call): Promise<T> {
    return this.#room.tryTake() ? this.#hold(task, call) : this.#room.take(call).then(() => this.#hold(task, call));
  }

  #hold<T>(task: Task<T>, call: Call): Promise<T> {
    if (call === UNLIMITED) return started(task, call).then(this.#passed, this.#failed);
    const permit = new Permit(this.#room, call, 0);
    return withPermit(started(task, call), permit);
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
