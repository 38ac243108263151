import { type Clock, coarseTime } from "../../ports/clock.js";
import { nextConfiguration } from "../../request/configuration.js";
import type { ConfigSnapshot } from "../config-source.js";
import { type FlagEntry, find, type Slot, type Version } from "./entry.js";
import type { FlagHandle } from "./handle.js";
import { type Layer, nextSlot, sharedBy } from "./layers.js";

/** What a table needs, and whom it tells. */
export interface TablePorts {
  readonly clock: Clock;
  /** Requests in flight. */
  readonly inFlight: { readonly size: number };
  /** Told of a flag that was changed by a layer. */
  readonly replaced: (entry: FlagEntry, before: Version, source: string) => void;
  /** Told of a flag whose definition is wrong, once for each problem. */
  readonly wrong: (flag: string, source: string, problem: string, isKept: boolean) => void;
}

/** How long a request may see an older state, in milliseconds: what lives longer must hear of changes too. */
const KEPT = 5_000;

/** All flags in all layers, and their older states as long as a request may see them. Changes are made in one go. */
export class FlagTable {
  readonly #ports: TablePorts;
  readonly #entries = new Map<string, FlagEntry>();
  readonly #layers: Layer[] = [];
  /** States that have an older one behind them, the first made first. */
  readonly #kept: { readonly entry: FlagEntry; readonly version: Version }[] = [];

  constructor(ports: TablePorts) {
    this.#ports = ports;
  }

  /** The layers' names, the lowest first. */
  get layers(): readonly string[] {
    return this.#layers.map(({ name }) => name);
  }

  find(name: string): FlagEntry | undefined {
    return this.#entries.get(name);
  }

  /** All flags that a layer has or that were asked for. */
  all(): readonly FlagEntry[] {
    return [...this.#entries.values()];
  }

  /** All flags that a layer has. */
  known(): readonly FlagEntry[] {
    return this.all().filter(isKnown);
  }

  /** The flag of that name, made where there is none yet. */
  entry(name: string): FlagEntry {
    const found = this.#entries.get(name);
    if (found) return found;
    const entry: FlagEntry = { name, version: { number: 0, at: 0, slots: [], older: undefined }, handles: new Map() };
    this.#entries.set(name, entry);
    return entry;
  }

  /** Puts a whole layer in place of its earlier state; the order of first calls is the order of layers. */
  apply(source: string, snapshot: ConfigSnapshot): void {
    this.forget();
    const { flags, place, changed } = snapshot;
    const index = this.#indexOf(source);
    const layer = this.#layers[index] as Layer;
    const shared = sharedBy(snapshot, layer.shared);
    const isSharedNew = shared !== layer.shared;
    layer.shared = shared;
    const number = nextConfiguration();
    const names = changed && !isSharedNew ? changed : new Set([...this.#namesIn(index), ...Object.keys(flags)]);
    for (const name of names) {
      const entry = this.entry(name);
      const before = entry.version.slots[index];
      const raw = Object.hasOwn(flags, name) ? flags[name] : undefined;
      const slot = nextSlot(name, raw, before, { shared, place, isSharedNew });
      if (slot === before) continue;
      this.#replace(entry, index, slot, number);
      if (slot?.problem !== undefined && slot.problem !== before?.problem) {
        this.#ports.wrong(name, source, slot.problem, slot.flag !== undefined);
      }
    }
  }

  /** Lets go of states that no request may see any more. */
  forget(): void {
    const [oldest] = this.#kept;
    const limit = coarseTime(this.#ports.clock) - KEPT;
    if (oldest === undefined || oldest.version.at > limit) return;
    const left = this.#kept.findIndex(({ version }) => version.at > limit);
    for (const { entry, version } of this.#kept.splice(0, left === -1 ? this.#kept.length : left)) {
      version.older = undefined;
      if (entry.version === version) for (const handle of entry.handles.values()) settle(handle);
      this.#drop(entry);
    }
  }

  #replace(entry: FlagEntry, index: number, slot: Slot | undefined, number: number): void {
    const before = entry.version;
    const slots = Array.from({ length: Math.max(before.slots.length, index + 1) }, (_, i) => before.slots[i]);
    slots[index] = slot;
    const isSeen = this.#ports.inFlight.size > 0;
    entry.version = { number, at: coarseTime(this.#ports.clock), slots, older: isSeen ? before : undefined };
    if (isSeen) this.#kept.push({ entry, version: entry.version });
    for (const handle of entry.handles.values()) settle(handle);
    this.#ports.replaced(entry, before, (this.#layers[index] as Layer).name);
    this.#drop(entry);
  }

  /** Forgets a flag that nothing knows and nobody asks for. */
  #drop(entry: FlagEntry): void {
    const isNeeded = isKnown(entry) || entry.handles.size > 0 || entry.version.older;
    if (!isNeeded) this.#entries.delete(entry.name);
  }

  #indexOf(name: string): number {
    const index = this.#layers.findIndex((layer) => layer.name === name);
    if (index !== -1) return index;
    const { clock } = this.#ports;
    return this.#layers.push({ name, shared: { evaluators: {}, metadata: {}, now: () => clock.now() } }) - 1;
  }

  *#namesIn(index: number): Iterable<string> {
    for (const { name, version } of this.#entries.values()) if (version.slots[index]) yield name;
  }
}

/** Makes a handle agree with its flag's state. */
export function settle(handle: FlagHandle): void {
  const { slots, older } = handle.entry.version;
  const flag = find(slots, handle.kind)?.flag;
  handle.flag = flag;
  handle.isPlain = older === undefined && flag?.rule === undefined;
  handle.plain = flag?.value ?? handle.fallback;
}

function isKnown({ version }: FlagEntry): boolean {
  return version.slots.some((slot) => slot !== undefined);
}
