import type { CallFrame, FrameReader } from "../frames.js";
import type { Profile, ProfileFrame, ProfileSample } from "./profile.js";

/** What `Profiler.stop` of V8's inspector gives. Times are microseconds. */
export interface CpuSampling {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: CallFrame;
    readonly children?: readonly number[];
    readonly positionTicks?: readonly { readonly line: number; readonly ticks: number }[];
  }[];
  readonly startTime: number;
  readonly endTime: number;
  /** Ids of nodes, and the time since the sample before. */
  readonly samples?: readonly number[];
  readonly timeDeltas?: readonly number[];
}

/** When and how it was taken. */
export interface CpuMoment {
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  /** Microseconds between two samples. */
  readonly interval: number;
  readonly comments?: readonly string[];
}

/** Where the event loop waits: no processor time. V8's other names in brackets, such as `(garbage collector)`, are work. */
const IDLE = new Set(["(idle)", "(root)"]);
const US = 1_000;

/** What ran, by function and line: `samples` and `cpu`. Time in which the event loop waited is left out. */
export function cpuProfile(
  { nodes, startTime, endTime, samples = [], timeDeltas = [] }: CpuSampling,
  { at, interval, comments = [] }: CpuMoment,
  frames: FrameReader,
): Profile {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const spent = new Map<number, { count: number; time: number }>();
  for (const [i, id] of samples.entries()) {
    const own = spent.get(id) ?? { count: 0, time: 0 };
    own.count++;
    // What a sample saw went on until the next one; V8 gives the time before it.
    own.time += Math.max(0, timeDeltas[i + 1] ?? interval);
    spent.set(id, own);
  }

  const callers = (id: number): ProfileFrame[] => {
    const stack: ProfileFrame[] = [];
    for (let up = parents.get(id); up !== undefined; up = parents.get(up)) {
      const node = byId.get(up);
      if (node && node.callFrame.functionName !== "(root)") stack.push(frames.read(node.callFrame));
    }
    return stack;
  };

  const found: ProfileSample[] = [];
  for (const [id, { count, time }] of spent) {
    const node = byId.get(id);
    if (!node || IDLE.has(node.callFrame.functionName)) continue;
    const above = callers(id);
    for (const { line, share } of linesOf(node.positionTicks)) {
      const values = [Math.round(count * share), Math.round(time * share * US)];
      found.push({ stack: [frames.read(node.callFrame, line), ...above], values });
    }
  }
  return {
    types: [
      { type: "samples", unit: "count" },
      { type: "cpu", unit: "nanoseconds" },
    ],
    samples: found,
    shown: "cpu",
    period: { type: "cpu", unit: "nanoseconds", every: interval * US },
    at,
    over: Math.max(0, endTime - startTime) / US,
    comments,
  };
}

/** The lines that were seen within a function, each with its share of the function's own samples. */
function linesOf(
  ticks: CpuSampling["nodes"][number]["positionTicks"] = [],
): readonly { line: number | undefined; share: number }[] {
  const known = ticks.filter(({ line }) => line > 0);
  const all = known.reduce((sum, { ticks: count }) => sum + count, 0);
  if (all === 0) return [{ line: undefined, share: 1 }];
  return known.map(({ line, ticks: count }) => ({ line, share: count / all }));
}
