import type { FlagChange, FlagValue } from "./config-source.js";

/** A handle to one flag: reading it is one property read. */
export interface Flag<T extends FlagValue> {
  readonly name: string;
  /** The present value; the default where no layer has one of the default's type. */
  readonly value: T;
}

/** The type that a default stands for: `true` for any boolean, `"a"` for any string. */
export type Widened<T extends FlagValue> = T extends boolean
  ? boolean
  : T extends string
    ? string
    : T extends number
      ? number
      : T;

class FlagHandle implements Flag<FlagValue> {
  readonly name: string;
  readonly fallback: FlagValue;
  value: FlagValue;

  constructor(name: string, fallback: FlagValue) {
    this.name = name;
    this.fallback = fallback;
    this.value = fallback;
  }
}

/** Flags in layers: a later layer wins over an earlier one, and any layer over the default in code. */
export class FlagStore {
  readonly #handles = new Map<string, FlagHandle[]>();
  readonly #layers = new Map<string, Readonly<Record<string, FlagValue>>>();
  readonly #changed: (change: FlagChange) => void;
  readonly #mistyped: (flag: string, source: string, expected: string, got: string) => void;

  constructor(
    changed: (change: FlagChange) => void,
    mistyped: (flag: string, source: string, expected: string, got: string) => void,
  ) {
    this.#changed = changed;
    this.#mistyped = mistyped;
  }

  handle<T extends FlagValue>(name: string, fallback: T): Flag<Widened<T>> {
    const handles = this.#handles.get(name) ?? [];
    let handle = handles.find((h) => h.fallback === fallback);
    if (!handle) {
      handle = new FlagHandle(name, fallback);
      this.#handles.set(name, [...handles, handle]);
      this.#resolve(handle);
    }
    return handle as Flag<FlagValue> as Flag<Widened<T>>;
  }

  /** The names and values of all layers, merged. */
  values(): Record<string, FlagValue> {
    return Object.assign({}, ...this.#layers.values()) as Record<string, FlagValue>;
  }

  /** Puts a whole layer in place of its earlier state; the order of first calls is the order of layers. */
  apply(source: string, flags: Readonly<Record<string, FlagValue>>): void {
    const before = this.values();
    this.#layers.set(source, flags);
    const after = this.values();
    for (const handles of this.#handles.values()) for (const handle of handles) this.#resolve(handle);
    for (const flag of new Set([...Object.keys(before), ...Object.keys(after)])) {
      if (JSON.stringify(before[flag]) !== JSON.stringify(after[flag])) {
        this.#changed({ flag, value: after[flag], previous: before[flag], source });
      }
    }
  }

  #resolve(handle: FlagHandle): void {
    let value = handle.fallback;
    for (const [source, flags] of this.#layers) {
      const candidate = Object.hasOwn(flags, handle.name) ? flags[handle.name] : undefined;
      if (candidate === undefined) continue;
      if (kindOf(candidate) === kindOf(handle.fallback)) value = candidate;
      else this.#mistyped(handle.name, source, kindOf(handle.fallback), kindOf(candidate));
    }
    handle.value = value;
  }
}

function kindOf(value: FlagValue): string {
  return Array.isArray(value) ? "list" : typeof value;
}
