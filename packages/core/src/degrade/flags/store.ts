import { Context } from "../../request/context.js";
import type { RequestContext } from "../../request/request-context.js";
import type { ConfigSnapshot, FlagChange, FlagValue } from "../config-source.js";
import { type Data, type Labels, LayeredAttributes, RequestAttributes } from "./attributes.js";
import type { Compiled } from "./definition.js";
import { detailsOf, invalidContext } from "./details.js";
import { type FlagEntry, find, type Slots, type Version, versionAt } from "./entry.js";
import { valueFor } from "./evaluate.js";
import { explainFlag, type FlagExplanation } from "./explain.js";
import {
  type EvaluationContext,
  type Flag,
  type FlagDetails,
  type FlagKind,
  type KnownFlag,
  kindOf,
  type Widened,
} from "./flag.js";
import { FlagHandle, type HandleReader } from "./handle.js";
import { same } from "./same.js";
import { FlagTable, settle, type TablePorts } from "./table.js";

/** What a store needs of the world around it. */
export interface FlagPorts extends Omit<TablePorts, "replaced"> {
  readonly labels: Labels;
  /** The request that the running code belongs to. */
  readonly current: () => RequestContext | undefined;
  readonly changed: (change: FlagChange) => void;
  /** Told of a flag that has another type than its default in code. */
  readonly mistyped: (flag: string, source: string, expected: string, got: string) => void;
}

/** Flags in layers: a later layer wins over an earlier one, and any layer over the default in code. */
export class FlagStore implements HandleReader {
  readonly #ports: FlagPorts;
  readonly #table: FlagTable;
  /** What is known outside of a request. */
  readonly #outside: Data;

  constructor(ports: FlagPorts) {
    this.#ports = ports;
    this.#table = new FlagTable({ ...ports, replaced: (...change) => this.#replaced(...change) });
    this.#outside = { labels: ports.labels };
  }

  /** Puts a whole layer in place of its earlier state; the order of first calls is the order of layers. */
  apply(source: string, snapshot: ConfigSnapshot): void {
    this.#table.apply(source, snapshot);
  }

  /** A flag of that kind, as the layers below `source` have it. */
  below(source: string, name: string, kind: FlagKind | undefined): Compiled | undefined {
    const slots = this.#table.find(name)?.version.slots ?? [];
    return find(slots.slice(0, this.#table.layers.indexOf(source)), kind)?.flag;
  }

  /** The one handle of a name and a default. */
  handle<T extends FlagValue>(name: string, fallback: T): Flag<Widened<T>> {
    const entry = this.#table.entry(name);
    const key = `${typeof fallback} ${JSON.stringify(fallback)}`;
    let handle = entry.handles.get(key);
    if (!handle) {
      handle = new FlagHandle(entry, kindOf(fallback) ?? "object", fallback, this);
      entry.handles.set(key, handle);
      settle(handle);
      for (const layer of entry.version.slots.keys()) this.#checkType(handle, layer);
    }
    return handle as Flag<FlagValue> as Flag<Widened<T>>;
  }

  /** The value of each flag that a layer has, outside of any request. */
  values(): Record<string, FlagValue> {
    const values = this.#table.known().flatMap(({ name, version }) => {
      const value = this.#valueOf(version);
      return value === undefined ? [] : [[name, value] as const];
    });
    return Object.fromEntries(values);
  }

  /** All flags that a layer has or that were asked for. */
  known(): KnownFlag[] {
    return this.#table.all().map(({ name, version, handles }) => {
      const [handle] = handles.values();
      return { name, kind: handle?.kind ?? find(version.slots, undefined)?.flag.kind, fallback: handle?.fallback };
    });
  }

  /** The details of each flag that a layer has. */
  details(context?: EvaluationContext): Record<string, FlagDetails<FlagValue | undefined>> {
    const data = this.#data(context);
    const details = this.#table.known().map((entry) => {
      return [entry.name, detailsOf(entry.name, this.#slots(entry), undefined, undefined, data)] as const;
    });
    return Object.fromEntries(details);
  }

  /** Which layer and which steps of its rule decide a flag. */
  explain(name: string, context?: EvaluationContext): FlagExplanation {
    const entry = this.#table.find(name);
    return explainFlag(name, entry ? this.#slots(entry) : [], this.#table.layers, this.#data(context));
  }

  read({ entry, flag: newest, kind, fallback }: FlagHandle): FlagValue {
    const request = this.#ports.current();
    const flag = entry.version.older ? find(this.#slots(entry, request), kind)?.flag : newest;
    if (!flag) return fallback;
    return valueFor(flag, request ? new RequestAttributes(request, this.#ports.labels) : this.#outside) ?? fallback;
  }

  evaluate(
    { name, entry, kind, fallback }: FlagHandle,
    context: EvaluationContext | undefined,
  ): FlagDetails<FlagValue> {
    if (!isContext(context)) return invalidContext(name, fallback);
    return detailsOf(name, this.#slots(entry), kind, fallback, this.#data(context));
  }

  /** A flag as a request sees it, by default the running one. */
  #slots(entry: FlagEntry, request = this.#ports.current()): Slots {
    if (entry.version.older) this.#table.forget();
    return request instanceof Context ? versionAt(entry.version, request.configuration).slots : entry.version.slots;
  }

  /** What is known of the running request and the instance, below what is given. */
  #data(context: EvaluationContext | undefined): Data {
    const request = this.#ports.current();
    const known = request ? new RequestAttributes(request, this.#ports.labels) : this.#outside;
    return context ? new LayeredAttributes(context, known) : known;
  }

  #valueOf({ slots }: Version): FlagValue | undefined {
    const found = find(slots, undefined);
    return found && valueFor(found.flag, this.#outside);
  }

  #replaced({ name, version, handles }: FlagEntry, before: Version, source: string): void {
    for (const handle of handles.values()) this.#checkType(handle, this.#table.layers.indexOf(source));
    if (same(find(before.slots, undefined)?.flag.raw, find(version.slots, undefined)?.flag.raw)) return;
    this.#ports.changed({ flag: name, value: this.#valueOf(version), previous: this.#valueOf(before), source });
  }

  #checkType({ name, kind, entry }: FlagHandle, layer: number): void {
    const got = entry.version.slots[layer]?.flag?.kind ?? kind;
    if (got !== kind) this.#ports.mistyped(name, this.#table.layers[layer] ?? "", kind, got);
  }
}

function isContext(context: unknown): boolean {
  if (context === undefined) return true;
  if (typeof context !== "object" || context === null || Array.isArray(context)) return false;
  const { targetingKey } = context as EvaluationContext;
  return targetingKey === undefined || typeof targetingKey === "string";
}
