import type { FlagValue } from "../config-source.js";
import type { Compiled } from "./definition.js";
import type { FlagEntry } from "./entry.js";
import type { EvaluationContext, Flag, FlagDetails, FlagKind } from "./flag.js";

/** What a handle asks for a value that is not the same for all. */
export interface HandleReader {
  read(handle: FlagHandle): FlagValue;
  evaluate(handle: FlagHandle, context: EvaluationContext | undefined): FlagDetails<FlagValue>;
}

/** A handle; its fields are the store's. */
export class FlagHandle implements Flag<FlagValue> {
  readonly name: string;
  readonly kind: FlagKind;
  readonly fallback: FlagValue;
  readonly entry: FlagEntry;
  /** Whether all who ask get `plain`: nothing targets the flag, and no request still sees an older state. */
  isPlain = false;
  plain: FlagValue;
  /** What decides now; without it, the fallback is the value. */
  flag: Compiled | undefined = undefined;
  readonly #reader: HandleReader;

  constructor(entry: FlagEntry, kind: FlagKind, fallback: FlagValue, reader: HandleReader) {
    this.name = entry.name;
    this.entry = entry;
    this.kind = kind;
    this.fallback = fallback;
    this.plain = fallback;
    this.#reader = reader;
  }

  get value(): FlagValue {
    return this.isPlain ? this.plain : this.#reader.read(this);
  }

  evaluate(context?: EvaluationContext): FlagDetails<FlagValue> {
    return this.#reader.evaluate(this, context);
  }
}
