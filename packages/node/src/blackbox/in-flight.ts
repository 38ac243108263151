import { putAscii, textAt } from "./ascii.js";
import { type BlackBox, CELL, ENTRIES, ENTRY_BYTES } from "./memory.js";
import { OTHER, OTHER_NAME, readNames } from "./names.js";

/** How far a request or a call that has no end yet has come. `answering`: the head of the answer is on its way. */
export const PHASES = ["opened", "answering", "failed", "expired"] as const;
/** How far it has come. */
export type FlightPhase = (typeof PHASES)[number];

/** A request, or a call to another service, without an end. */
export interface InFlightEntry {
  readonly kind: "request" | "call";
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly phase: FlightPhase;
  /** Of a request. */
  readonly method?: string | undefined;
  /** Of a request its own, of a call that of the request that made it. */
  readonly route?: string | undefined;
  /** Of a call. */
  readonly host?: string | undefined;
  readonly requestId?: string | undefined;
}

const AT = { state: 0, kind: 4, phase: 5, method: 6, startedAt: 8, name: 16, from: 18, idLength: 20, id: 24 } as const;
const ID_BYTES = 64;
const USED = 0x5090_5091;
const REQUEST = 1;
const CALL = 2;

/** The number of what found no room. */
export const NO_ENTRY = -1;

/**
 * What has no end yet, in the memory's entries: one is taken when it begins and freed when it ends. The lowest free one is taken, so that few are looked at where
 * few are in use. Without garbage. Names are numbers of `Names`. One thread writes.
 */
export class InFlightTable {
  readonly #entries: DataView;
  readonly #cells: Int32Array;
  /** A heap would keep the lowest at hand; a stack does nearly so, as what was freed last is used first. */
  readonly #free = new Int32Array(ENTRIES);
  #left = ENTRIES;
  #highest = 0;

  constructor({ inFlight, cells }: BlackBox) {
    this.#entries = inFlight;
    this.#cells = cells;
    for (let i = 0; i < ENTRIES; i++) this.#free[i] = ENTRIES - 1 - i;
  }

  /** A request began. Returns its entry, or `NO_ENTRY` where there is no room: that is counted. */
  request(startedAt: number, method: number, route: number, id: string): number {
    return this.#take(REQUEST, startedAt, method, route, OTHER_NAME, id);
  }

  /** A call began. `from`: the name of the route that makes it. */
  call(startedAt: number, host: number, from: number, id: string): number {
    return this.#take(CALL, startedAt, OTHER_NAME, host, from, id);
  }

  /** Its route is known now. */
  route(entry: number, route: number): void {
    if (entry !== NO_ENTRY) this.#entries.setUint16(entry * ENTRY_BYTES + AT.name, route);
  }

  /** It has come so far. */
  phase(entry: number, phase: FlightPhase): void {
    if (entry !== NO_ENTRY) this.#entries.setUint8(entry * ENTRY_BYTES + AT.phase, PHASES.indexOf(phase));
  }

  /** How far it has come. */
  phaseOf(entry: number): FlightPhase {
    return PHASES[entry === NO_ENTRY ? 0 : this.#entries.getUint8(entry * ENTRY_BYTES + AT.phase)] ?? "opened";
  }

  /** It ended. */
  end(entry: number): void {
    if (entry === NO_ENTRY) return;
    this.#entries.setUint32(entry * ENTRY_BYTES + AT.state, 0);
    this.#free[this.#left++] = entry;
    Atomics.store(this.#cells, CELL.inFlight, ENTRIES - this.#left);
  }

  #take(kind: number, startedAt: number, method: number, name: number, from: number, id: string): number {
    if (this.#left === 0) {
      Atomics.add(this.#cells, CELL.overflow, 1);
      return NO_ENTRY;
    }
    const entry = this.#free[--this.#left] as number;
    const start = entry * ENTRY_BYTES;
    const entries = this.#entries;
    entries.setUint8(start + AT.kind, kind);
    entries.setUint8(start + AT.phase, 0);
    entries.setUint16(start + AT.method, method);
    entries.setFloat64(start + AT.startedAt, startedAt);
    entries.setUint16(start + AT.name, name);
    entries.setUint16(start + AT.from, from);
    entries.setUint8(start + AT.idLength, putAscii(entries, start + AT.id, id, ID_BYTES));
    entries.setUint32(start + AT.state, USED);
    if (entry >= this.#highest) {
      this.#highest = entry + 1;
      Atomics.store(this.#cells, CELL.highestEntry, this.#highest);
    }
    Atomics.store(this.#cells, CELL.inFlight, ENTRIES - this.#left);
    return entry;
  }
}

/** What had no end, the oldest first. What is no entry is passed over, so it can be read of a file that is damaged. */
export function readInFlight(box: BlackBox): InFlightEntry[] {
  const names = readNames(box);
  const { inFlight } = box;
  const found: InFlightEntry[] = [];
  for (let i = 0; i < ENTRIES; i++) {
    const start = i * ENTRY_BYTES;
    if (inFlight.getUint32(start + AT.state) !== USED) continue;
    const startedAt = inFlight.getFloat64(start + AT.startedAt);
    const kind = inFlight.getUint8(start + AT.kind);
    if (!(startedAt > 0 && startedAt < 8.64e15) || (kind !== REQUEST && kind !== CALL)) continue;
    const name = names[inFlight.getUint16(start + AT.name)] ?? OTHER;
    const from = inFlight.getUint16(start + AT.from);
    const length = Math.min(inFlight.getUint8(start + AT.idLength), ID_BYTES);
    const common = {
      startedAt,
      phase: PHASES[inFlight.getUint8(start + AT.phase)] ?? "opened",
      requestId: textAt(inFlight, start + AT.id, length) || undefined,
    } as const;
    if (kind === REQUEST) {
      const method = names[inFlight.getUint16(start + AT.method)] ?? OTHER;
      found.push({ kind: "request", ...common, method, route: name });
    } else {
      found.push({ kind: "call", ...common, host: name, route: from === OTHER_NAME ? undefined : names[from] });
    }
  }
  return found.sort((a, b) => a.startedAt - b.startedAt);
}

/** How many found no room. */
export function overflowOf({ cells }: BlackBox): number {
  return Atomics.load(cells, CELL.overflow);
}
