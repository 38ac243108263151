import type { AbortListener, Call } from "./call.js";

/** A call within another one, which can be given up by itself. An abort of the outer one reaches it while they are linked. */
export class Scope implements Call, AbortListener {
  readonly parent: Call;
  nextListener: AbortListener | undefined = undefined;
  aborted = false;
  #reason: unknown = undefined;
  #listeners: AbortListener | undefined = undefined;
  #controller: AbortController | undefined = undefined;

  constructor(parent: Call) {
    this.parent = parent;
    if (parent.aborted) {
      this.aborted = true;
      this.#reason = parent.signal.reason;
    }
    parent.onAbort(this);
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.aborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  get attempt(): number {
    return this.parent.attempt;
  }

  get deadline(): number {
    return this.parent.deadline;
  }

  get idempotent(): boolean | undefined {
    return this.parent.idempotent;
  }

  get key(): string | undefined {
    return this.parent.key;
  }

  onAbort(listener: AbortListener): void {
    listener.nextListener = this.#listeners;
    this.#listeners = listener;
  }

  offAbort(listener: AbortListener): void {
    if (this.#listeners === listener) {
      this.#listeners = listener.nextListener;
      return;
    }
    for (let at = this.#listeners; at !== undefined; at = at.nextListener) {
      if (at.nextListener === listener) at.nextListener = listener.nextListener;
    }
  }

  /** Gives the call up, once: what runs within it is told, then its signal. */
  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.#reason = reason;
    let listener = this.#listeners;
    this.#listeners = undefined;
    while (listener !== undefined) {
      const next = listener.nextListener;
      listener.nextListener = undefined;
      listener.abort(reason);
      listener = next;
    }
    this.#controller?.abort(reason);
  }

  /** It has ended: the outer call has nothing more to tell it. */
  unlink(): void {
    this.parent.offAbort(this);
  }
}
