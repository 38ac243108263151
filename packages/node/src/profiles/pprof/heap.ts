import type { CallFrame, FrameReader } from "../frames.js";
import type { Profile, ProfileFrame, ProfileSample } from "./profile.js";

/** A function of V8's sampling heap profile, and those that it called. */
export interface HeapNode {
  readonly callFrame: CallFrame;
  /** Bytes that it allocated and that are alive, scaled up from the samples. */
  readonly selfSize: number;
  readonly id: number;
  readonly children: readonly HeapNode[];
}

/** What `HeapProfiler.getSamplingProfile` of V8's inspector gives. */
export interface HeapSampling {
  readonly head: HeapNode;
  readonly samples: readonly { readonly size: number; readonly nodeId: number; readonly ordinal: number }[];
}

/** The numbers of one stack. */
export interface LiveStack {
  /** What allocated first, then who called it. */
  readonly stack: readonly CallFrame[];
  /** Sampled objects that are alive, and the bytes that they stand for. */
  readonly objects: number;
  readonly bytes: number;
}

/** When and how a heap was sampled. */
export interface HeapMoment {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Bytes between two samples, on average. */
  readonly interval: number;
  /** Milliseconds for which it was sampled. */
  readonly over?: number;
  readonly comments?: readonly string[];
}

/** The stacks of a sampling that have anything alive. */
export function liveStacks({ head, samples }: HeapSampling): LiveStack[] {
  const objects = new Map<number, number>();
  for (const { nodeId } of samples) objects.set(nodeId, (objects.get(nodeId) ?? 0) + 1);
  const found: LiveStack[] = [];
  // A stack can be deeper than ours: so it is walked without recursion.
  const open: { node: HeapNode; stack: readonly CallFrame[] }[] = [{ node: head, stack: [] }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, stack } = next;
    const own = node === head ? stack : [node.callFrame, ...stack];
    if (node.selfSize > 0 && own.length > 0) {
      found.push({ stack: own, objects: objects.get(node.id) ?? 0, bytes: node.selfSize });
    }
    for (const child of node.children) open.push({ node: child, stack: own });
  }
  return found;
}

/** Of each stack what is alive beyond what was alive before; stacks that did not grow are left out. */
export function grownStacks(before: readonly LiveStack[], after: readonly LiveStack[]): LiveStack[] {
  const known = new Map(before.map((one) => [keyOf(one), one]));
  return after.flatMap((one) => {
    const { bytes = 0, objects = 0 } = known.get(keyOf(one)) ?? {};
    if (one.bytes <= bytes) return [];
    return [{ ...one, bytes: one.bytes - bytes, objects: Math.max(0, one.objects - objects) }];
  });
}

function keyOf({ stack }: LiveStack): string {
  return stack
    .map(({ functionName, url, lineNumber, columnNumber }) => `${functionName} ${url}:${lineNumber}:${columnNumber}`)
    .join("\n");
}

const ABOUT_OBJECTS = "inuse_objects counts the objects that were sampled; inuse_space is scaled up to all bytes.";

/** What is alive, by where it was allocated: `inuse_objects` and `inuse_space`. */
export function heapProfile(
  live: readonly LiveStack[],
  { at, interval, over, comments = [] }: HeapMoment,
  frames: FrameReader,
): Profile {
  return {
    types: [
      { type: "inuse_objects", unit: "count" },
      { type: "inuse_space", unit: "bytes" },
    ],
    samples: together(live, frames),
    shown: "inuse_space",
    period: { type: "space", unit: "bytes", every: interval },
    at,
    ...(over !== undefined && { over }),
    comments: [ABOUT_OBJECTS, ...comments],
  };
}

/** Of stacks that are the same in the sources one. */
function together(live: readonly LiveStack[], frames: FrameReader): ProfileSample[] {
  const byStack = new Map<string, { stack: readonly ProfileFrame[]; values: [number, number] }>();
  for (const { stack, objects, bytes } of live) {
    const read = stack.map((frame) => frames.read(frame));
    const key = read.map(({ name, file, line, column }) => `${name} ${file}:${line}:${column}`).join("\n");
    const known = byStack.get(key);
    if (known === undefined) byStack.set(key, { stack: read, values: [objects, bytes] });
    else {
      known.values[0] += objects;
      known.values[1] += bytes;
    }
  }
  return [...byStack.values()];
}
