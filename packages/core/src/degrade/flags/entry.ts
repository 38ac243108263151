import type { Compiled } from "./definition.js";
import type { FlagKind } from "./flag.js";
import type { FlagHandle } from "./handle.js";

/** A flag in one layer. */
export interface Slot {
  /** As the layer gave it. */
  readonly raw: unknown;
  /** What is in force: its definition, else the last one that was good. */
  readonly flag: Compiled | undefined;
  /** What is wrong with its definition. */
  readonly problem: string | undefined;
}

/** A flag in all layers, the lowest first. */
export type Slots = readonly (Slot | undefined)[];

/** A flag in all layers since one moment. */
export interface Version {
  /** Which change of configuration made it. */
  readonly number: number;
  /** When, on the clock's monotonic time. */
  readonly at: number;
  readonly slots: Slots;
  /** What requests see that were opened before. */
  older: Version | undefined;
}

/** What is known of one flag. */
export interface FlagEntry {
  readonly name: string;
  version: Version;
  readonly handles: Map<string, FlagHandle>;
}

/** A flag in the layer that decides. */
export interface Found {
  readonly layer: number;
  readonly slot: Slot;
  readonly flag: Compiled;
}

/** The uppermost layer that has the flag enabled, and of that kind. Without a kind any will do. */
export function find(slots: Slots, kind: FlagKind | undefined): Found | undefined {
  for (let layer = slots.length - 1; layer >= 0; layer--) {
    const slot = slots[layer];
    const flag = slot?.flag;
    if (slot && flag?.enabled && (kind === undefined || flag.kind === kind)) return { layer, slot, flag };
  }
  return undefined;
}

/** The state that a request saw which was opened after so many changes. */
export function versionAt(newest: Version, number: number): Version {
  let version = newest;
  while (version.number > number && version.older) version = version.older;
  return version;
}
