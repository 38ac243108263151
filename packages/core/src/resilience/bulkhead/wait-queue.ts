/** What a queue can hold: the links are the queue's own. */
export interface Queued {
  queueNext: this | undefined;
  queuePrevious: this | undefined;
  isQueued: boolean;
}

/** A list in the order of arrival, from which each can leave at any time in O(1). */
export class WaitQueue<Q extends Queued> {
  #oldest: Q | undefined = undefined;
  #newest: Q | undefined = undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get oldest(): Q | undefined {
    return this.#oldest;
  }

  get newest(): Q | undefined {
    return this.#newest;
  }

  push(entry: Q): void {
    entry.isQueued = true;
    entry.queuePrevious = this.#newest;
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.queueNext = entry;
    this.#newest = entry;
    this.#size++;
  }

  remove(entry: Q): void {
    if (!entry.isQueued) return;
    entry.isQueued = false;
    const { queueNext, queuePrevious } = entry;
    if (queuePrevious === undefined) this.#oldest = queueNext;
    else queuePrevious.queueNext = queueNext;
    if (queueNext === undefined) this.#newest = queuePrevious;
    else queueNext.queuePrevious = queuePrevious;
    entry.queueNext = undefined;
    entry.queuePrevious = undefined;
    this.#size--;
  }
}
