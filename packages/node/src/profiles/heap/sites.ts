import type { RecordedAllocation, RecordedFrame } from "@sop/core";
import { type InstalledPackage, ownerOf } from "../../forensics/packages.js";
import { requirerOf } from "../../forensics/requirer.js";
import type { CallFrame, FrameReader } from "../frames.js";
import type { LiveStack } from "../pprof/heap.js";
import type { ProfileFrame } from "../pprof/profile.js";
import { type Retained, retainedBy } from "./retained.js";

/** Where memory that is alive was allocated: all stacks whose topmost code that is not the runtime's own is the same. */
export interface AllocationSite {
  readonly frame: RecordedFrame;
  /** The nearest caller of the application itself, where the site is in a dependency. */
  readonly caller: RecordedFrame | undefined;
  /** What keeps it, as far as the runtime's functions above it tell. */
  readonly retained: Retained | undefined;
  readonly bytes: number;
  readonly objects: number;
}

/** Groups stacks by where in the application or its dependencies they allocate; what only the runtime itself allocates is left out. */
export class SiteReader {
  readonly #frames: FrameReader;
  readonly #entry: string | undefined;
  readonly #owners = new Map<string, InstalledPackage | undefined>();

  /** `entry`: the file that the application was started with. */
  constructor(frames: FrameReader, entry: string | undefined) {
    this.#frames = frames;
    this.#entry = entry;
  }

  /** The largest first. */
  read(live: readonly LiveStack[]): AllocationSite[] {
    const groups = new Map<
      string,
      { site: AllocationSite; bytes: number; objects: number; kinds: Map<string, number> }
    >();
    for (const { stack, bytes, objects } of live) {
      const own = stack.findIndex(isOwn);
      if (own < 0) continue;
      const frame = this.#frames.read(stack[own] as CallFrame);
      const key = `${frame.name}\n${frame.file}\n${frame.line}`;
      const retained = retainedBy(stack.slice(0, own));
      const group = groups.get(key) ?? {
        site: this.#site(frame, stack.slice(own + 1)),
        bytes: 0,
        objects: 0,
        kinds: new Map(),
      };
      groups.set(key, group);
      group.bytes += bytes;
      group.objects += objects;
      if (retained) group.kinds.set(retained, (group.kinds.get(retained) ?? 0) + bytes);
    }
    return [...groups.values()]
      .map(({ site, bytes, objects, kinds }) => ({ ...site, bytes, objects, retained: largest(kinds) }))
      .sort((a, b) => b.bytes - a.bytes);
  }

  #site(frame: ProfileFrame, callers: readonly CallFrame[]): AllocationSite {
    const recorded = this.#recorded(frame);
    const isInDependency = recorded.file.includes("/node_modules/");
    const caller = isInDependency
      ? callers.find((one) => isOwn(one) && !one.url.includes("/node_modules/"))
      : undefined;
    return {
      frame: recorded,
      caller: caller && this.#recorded(this.#frames.read(caller)),
      retained: undefined,
      bytes: 0,
      objects: 0,
    };
  }

  #recorded({ name, file, line, column }: ProfileFrame): RecordedFrame {
    const owner = ownerOf(file, this.#owners);
    const requiredBy = owner && this.#entry !== undefined ? requirerOf(owner, this.#entry) : undefined;
    return { function: name, file, line, column, package: owner?.name, version: owner?.version, requiredBy };
  }
}

/** By how much each site grew, the one that grew most first. Sites that did not are left out. */
export function growth(
  before: readonly AllocationSite[],
  after: readonly AllocationSite[],
): (AllocationSite & { readonly grown: number })[] {
  const known = new Map(before.map((site) => [keyOf(site), site.bytes]));
  return after
    .map((site) => ({ ...site, grown: site.bytes - (known.get(keyOf(site)) ?? 0) }))
    .filter(({ grown }) => grown > 0)
    .sort((a, b) => b.grown - a.grown);
}

/** As the diagnosis takes it. */
export function recordedAllocation(site: AllocationSite & { readonly grown: number }): RecordedAllocation {
  const { frame, caller, retained, bytes, grown } = site;
  return { frame, bytes, grown, ...(caller && { caller }), ...(retained !== undefined && { retained }) };
}

/** The same function of the same file; where it begins may be told with or without a map. */
export function keyOf({ frame }: Pick<AllocationSite, "frame">): string {
  return `${frame.function}\n${frame.file}\n${frame.line}`;
}

function isOwn({ url }: CallFrame): boolean {
  return url !== "" && !url.startsWith("node:");
}

function largest(kinds: ReadonlyMap<string, number>): Retained | undefined {
  const [first] = [...kinds].sort((a, b) => b[1] - a[1]);
  return first?.[0] as Retained | undefined;
}
