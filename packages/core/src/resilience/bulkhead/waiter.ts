import type { WheelEntry } from "../../request/timer-wheel.js";
import type { AbortListener, Call } from "../call.js";
import type { Queued } from "./wait-queue.js";

/** What a waiter's room does with it. */
export interface WaitingRoom {
  /** It leaves: its call was given up, or its time is over. */
  leave(waiter: Waiter): void;
  /** The error for one that has waited too long. */
  refusal(): Error;
}

/** A call that waits for its place. */
export class Waiter implements Queued, WheelEntry, AbortListener {
  readonly call: Call;
  readonly due: number;
  readonly #room: WaitingRoom;
  readonly #admit: () => void;
  readonly #refuse: (reason: unknown) => void;
  queueNext: this | undefined = undefined;
  queuePrevious: this | undefined = undefined;
  isQueued = false;
  wheelNext: WheelEntry | undefined = undefined;
  wheelPrevious: WheelEntry | undefined = undefined;
  wheelSlot = -1;
  nextListener: AbortListener | undefined = undefined;

  /** `due`: when it gives up, on the wheel's time. */
  constructor(room: WaitingRoom, call: Call, due: number, admit: () => void, refuse: (reason: unknown) => void) {
    this.#room = room;
    this.call = call;
    this.due = due;
    this.#admit = admit;
    this.#refuse = refuse;
    call.onAbort(this);
  }

  /** It has its place. */
  admit(): void {
    this.call.offAbort(this);
    this.#admit();
  }

  refuse(): void {
    this.call.offAbort(this);
    this.#refuse(this.#room.refusal());
  }

  abort(reason: unknown): void {
    this.#room.leave(this);
    this.#refuse(reason);
  }

  expire(): void {
    this.#room.leave(this);
    this.refuse();
  }
}
