import type { RecordedAllocation, RecordedFrame } from "@sop/core";
import { type InstalledPackage, ownerOf } from "../../forensics/packages.js";
import { requirerOf } from "../../forensics/requirer.js";
import type { CallFrame, FrameReader } from "../frames.js";
import type { LiveStack } from "../pprof/heap.js";
import { type Retained, retainedBy } from "./retained.js";

/** Where memory that is alive was allocated: all stacks whose topmost code that is not the runtime's own is the same. */
export interface AllocationSite {
  readonly frame: CallFrame;
  /** The nearest caller of the application itself, where the site is in a dependency. */
  readonly caller: CallFrame | undefined;
  /** What keeps it, as far as the runtime's functions above it tell. */
  readonly retained: Retained | undefined;
  readonly bytes: number;
  /** Sampled ones. */
  readonly objects: number;
}

/** A site, and by how many bytes it grew. */
export interface GrowingSite extends AllocationSite {
  readonly grown: number;
  /** By how many since a time between, where there was one. */
  readonly lately?: number | undefined;
}

/** Groups stacks by where in the application or its dependencies they allocate; what only the runtime itself allocates is left out. */
export function allocationSites(live: readonly LiveStack[]): AllocationSite[] {
  const groups = new Map<string, { stack: readonly CallFrame[]; bytes: number; objects: number; kinds: Kinds }>();
  for (const { stack, bytes, objects } of live) {
    const at = stack.findIndex(isOwn);
    if (at < 0) continue;
    const own = stack.slice(namedFrom(stack, at));
    const key = keyOf(own[0] as CallFrame);
    const group = groups.get(key) ?? { stack: own, bytes: 0, objects: 0, kinds: new Map() };
    groups.set(key, group);
    group.bytes += bytes;
    group.objects += objects;
    const retained = retainedBy(stack.slice(0, at));
    if (retained) group.kinds.set(retained, (group.kinds.get(retained) ?? 0) + bytes);
  }
  return [...groups.values()].map(({ stack: [frame, ...callers], bytes, objects, kinds }) => ({
    frame: frame as CallFrame,
    caller: isInDependency(frame as CallFrame) ? callerOf(callers) : undefined,
    retained: largest(kinds),
    bytes,
    objects,
  }));
}

/** By how much each site grew, the one that grew most first. Sites that did not are left out. `between`: as they were at some time between. */
export function growth(
  before: readonly AllocationSite[],
  after: readonly AllocationSite[],
  between?: readonly AllocationSite[],
): GrowingSite[] {
  const [known, later] = [bytesOf(before), between && bytesOf(between)];
  const since = ({ frame, bytes }: AllocationSite, then: ReadonlyMap<string, number>): number =>
    bytes - (then.get(keyOf(frame)) ?? 0);
  return after
    .map((site) => ({ ...site, grown: since(site, known), ...(later && { lately: since(site, later) }) }))
    .filter(({ grown }) => grown > 0)
    .sort((a, b) => b.grown - a.grown);
}

function bytesOf(sites: readonly AllocationSite[]): ReadonlyMap<string, number> {
  return new Map(sites.map(({ frame, bytes }) => [keyOf(frame), bytes]));
}

/** Tells sites as the diagnosis takes them: in the sources, with the packages that they are part of. */
export class SiteReader {
  readonly #frames: FrameReader;
  readonly #entry: string | undefined;
  readonly #owners = new Map<string, InstalledPackage | undefined>();

  /** `entry`: the file that the application was started with. */
  constructor(frames: FrameReader, entry: string | undefined) {
    this.#frames = frames;
    this.#entry = entry;
  }

  read({ frame, caller, retained, bytes, grown, lately }: GrowingSite): RecordedAllocation {
    return {
      frame: this.#recorded(frame),
      bytes,
      grown,
      ...(lately !== undefined && { lately }),
      ...(caller && { caller: this.#recorded(caller) }),
      ...(retained !== undefined && { retained }),
    };
  }

  #recorded(given: CallFrame): RecordedFrame {
    const { name, file, line, column } = this.#frames.read(given);
    const owner = ownerOf(file, this.#owners);
    const requiredBy = owner && this.#entry !== undefined ? requirerOf(owner, this.#entry) : undefined;
    return { function: name, file, line, column, package: owner?.name, version: owner?.version, requiredBy };
  }
}

/** Of a callback without a name the function around it, where that is of the same file: what people know. */
function namedFrom(stack: readonly CallFrame[], at: number): number {
  const { url } = stack[at] as CallFrame;
  for (let i = at; i < stack.length; i++) {
    const frame = stack[i] as CallFrame;
    if (isOwn(frame) && frame.url !== url) break;
    if (frame.url === url && frame.functionName !== "") return i;
  }
  return at;
}

/** The nearest function of the application itself, one with a name where there is one. */
function callerOf(callers: readonly CallFrame[]): CallFrame | undefined {
  const own = callers.filter((one) => isOwn(one) && !isInDependency(one));
  return own.find(({ functionName, url }) => functionName !== "" && url === own[0]?.url) ?? own[0];
}

type Kinds = Map<Retained, number>;

function keyOf({ functionName, url, lineNumber, columnNumber }: CallFrame): string {
  return `${functionName}\n${url}\n${lineNumber}:${columnNumber}`;
}

function isOwn({ url }: CallFrame): boolean {
  return url !== "" && !url.startsWith("node:");
}

function isInDependency({ url }: CallFrame): boolean {
  return url.includes("/node_modules/");
}

function largest(kinds: Kinds): Retained | undefined {
  return [...kinds].sort((a, b) => b[1] - a[1])[0]?.[0];
}
