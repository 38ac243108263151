import type { Observer, RequestContext, Sop } from "@sop/core";

/** A request that stands for others in its bucket, with the trace that shows it. */
export interface Exemplar {
  readonly traceId: string;
  /** Its duration in seconds. */
  readonly value: number;
  /** When it ended, in seconds since 1970. */
  readonly at: number;
}

/** A place of a ring; all are made in advance. */
interface Slot {
  method: string;
  route: string;
  status: number;
  traceId: string;
  milliseconds: number;
  at: number;
}

const SLOTS = 16;
/** A ring rests for so many milliseconds after it took one: what is frequent does not push out itself, and costs next to nothing. */
const REST = 250;

/**
 * Keeps a few recent requests of each duration bucket, those that failed (status of 500 or more) apart from the others: so what is rare
 * keeps its own, however many requests there are. Only requests whose trace is recorded are kept: an id that no one can look up is none.
 */
export class Exemplars implements Observer {
  readonly name = "exemplars";
  /** Of the buckets, in milliseconds. */
  readonly #bounds: Float64Array;
  readonly #rings: readonly (readonly Slot[])[];
  readonly #next: Uint32Array;
  /** 1 for each ring that rests; asked instead of a clock, which would take longer than all the rest. */
  readonly #resting: Uint8Array;
  #isWaking = false;
  readonly #wake = (): void => {
    this.#isWaking = false;
    this.#resting.fill(0);
  };

  /** `bounds`: of the buckets, in seconds. */
  constructor(bounds: readonly number[]) {
    this.#bounds = Float64Array.from(bounds, (seconds) => seconds * 1_000);
    const rings = (bounds.length + 1) * 2;
    this.#rings = Array.from({ length: rings }, () => Array.from({ length: SLOTS }, emptySlot));
    this.#next = new Uint32Array(rings);
    this.#resting = new Uint8Array(rings);
  }

  closed(context: RequestContext, status: number, milliseconds: number): void {
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && milliseconds > (bounds[bucket] as number)) bucket++;
    const ring = bucket * 2 + (status >= 500 ? 1 : 0);
    if (this.#resting[ring] === 0 && context.isTraced) this.#keep(ring, context, status, milliseconds);
  }

  #keep(ring: number, context: RequestContext, status: number, milliseconds: number): void {
    this.#resting[ring] = 1;
    if (!this.#isWaking) setTimeout(this.#wake, REST).unref();
    this.#isWaking = true;
    const next = this.#next[ring] as number;
    this.#next[ring] = (next + 1) % SLOTS;
    const slot = (this.#rings[ring] as readonly Slot[])[next] as Slot;
    slot.method = context.method;
    slot.route = context.route;
    slot.status = status;
    slot.traceId = context.traceId;
    slot.milliseconds = milliseconds;
    slot.at = Date.now();
  }

  /** Of each series of requests, by its labels, the newest one of each bucket. */
  read(): (labels: readonly string[]) => readonly (Exemplar | undefined)[] | undefined {
    const found = new Map<string, Slot[]>();
    this.#rings.forEach((ring, index) => {
      const bucket = index >> 1;
      for (const slot of ring) {
        if (slot.at === 0) continue;
        const key = JSON.stringify([slot.method, slot.route, String(slot.status)]);
        const newest = found.get(key) ?? [];
        found.set(key, newest);
        if (slot.at > (newest[bucket]?.at ?? 0)) newest[bucket] = slot;
      }
    });
    const buckets = this.#bounds.length + 1;
    return (labels) => {
      const newest = found.get(JSON.stringify(labels));
      return newest && Array.from({ length: buckets }, (_, bucket) => exemplarOf(newest[bucket]));
    };
  }
}

/** Keeps exemplars of the requests of `sop` from now on. */
export function keepExemplars(sop: Sop): Exemplars {
  const exemplars = new Exemplars(sop.metrics().bounds);
  sop.observe(exemplars);
  return exemplars;
}

function emptySlot(): Slot {
  return { method: "", route: "", status: 0, traceId: "", milliseconds: 0, at: 0 };
}

function exemplarOf(slot: Slot | undefined): Exemplar | undefined {
  return slot && { traceId: slot.traceId, value: slot.milliseconds / 1_000, at: slot.at / 1_000 };
}
