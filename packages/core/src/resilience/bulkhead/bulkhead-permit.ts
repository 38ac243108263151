import type { Call } from "../call.js";
import type { Outcome } from "../outcome.js";
import { Permit } from "../permit.js";
import type { Room } from "./room.js";

/** A place in a bulkhead's room, which was taken before. */
export class BulkheadPermit extends Permit {
  readonly #room: Room;

  constructor(room: Room, call: Call, outcome: Outcome) {
    super(call, outcome);
    this.#room = room;
  }

  protected override succeeded(): void {
    this.#room.free();
  }

  protected override broke(): void {
    this.#room.free();
  }

  protected override abandoned(): void {
    this.#room.runaways++;
    this.#room.free();
  }

  protected override returned(): void {
    this.#room.runaways--;
  }
}
