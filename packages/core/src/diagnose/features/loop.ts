import type { Sample } from "../window/sample.js";
import type { RecordedStack } from "../window/window.js";
import { type Feature, mean, most, now, perSecond, reading, sumIn } from "./feature.js";
import { pointsOf, type View } from "./view.js";

/** Milliseconds from which on a delay of the loop counts as a block. */
const BLOCK = 250;

function isBlocked({ loop_delay_max_ms: delay = 0, heartbeat_gap_ms: gap = 0 }: Sample): boolean {
  return delay >= BLOCK || gap >= BLOCK;
}

const blocked: Feature = {
  about: "time for which the event loop was blocked by at least 250 ms at once",
  of(view) {
    const delays = pointsOf(view.present, "loop_delay_max_ms").filter(([, value]) => value >= BLOCK);
    const gaps = pointsOf(view.present, "heartbeat_gap_ms").filter(([, value]) => value >= BLOCK);
    const delayed = delays.reduce((sum, [, value]) => sum + value, 0);
    const silent = Math.max(0, ...gaps.map(([, value]) => value));
    const known = pointsOf(view.present, "loop_delay_max_ms");
    const points = [...delays, ...gaps].sort(([a], [b]) => a - b);
    return reading(points.length > 0 ? points : known, Math.max(delayed, silent));
  },
};

/** Of the event loop and the processor. */
export const loopFeatures = {
  heartbeat_gap_max_ms: most("heartbeat_gap_ms", "longest silence of the main thread, seen from outside"),
  loop_delay_max_ms: most("loop_delay_max_ms", "longest delay of the event loop"),
  loop_blocked_ms: blocked,
  loop_blocked_cpu_ratio: {
    about: "processor time of the main thread while it was blocked",
    of(view) {
      const during = view.present.filter(
        ({ heartbeat_gap_ms: gap, loop_delay_max_ms: delay }) => (gap ?? 0) >= BLOCK || (delay ?? 0) >= BLOCK,
      );
      const points = pointsOf(during, "main_cpu_ratio");
      return reading(points, sumIn(during, "main_cpu_ratio") / points.length);
    },
  },
  loop_blocked_gc_ratio: {
    about: "share of the blocked time that garbage collections took",
    of(view) {
      const whole = blocked.of(view);
      if (!whole || whole.value < BLOCK) return undefined;
      // Of those of another time, such as the start, it tells nothing.
      const points = pointsOf(view.present.filter(isBlocked), "gc_ms");
      return reading(points, points.reduce((sum, [, value]) => sum + value, 0) / whole.value);
    },
  },
  stack_count: { about: "stacks of a blocked main thread", of: (view) => now(view, view.window.stacks?.length) },
  stack_stalled_count: {
    about: "looks at a silent main thread that found it at work, or in a call that did not return",
    of: (view) => now(view, view.window.stacks?.filter(isStalled).length),
  },
  stack_same_request_ratio: {
    about: "share of those stacks that the most frequent request of their silence has",
    of: (view) => now(view, sameRequest(view)),
  },
  elu_mean_ratio: mean("elu_ratio", "mean utilisation of the event loop"),
  elu_normal_ratio: mean("elu_ratio", "the same, before the trouble", "normal"),
  throttled_ms_per_second: perSecond("cgroup_throttled_ms", "time for which the control group was kept from running"),
  cpu_mean_ratio: mean("cpu_ratio", "mean processor time of the process"),
  main_cpu_mean_ratio: mean("main_cpu_ratio", "mean processor time of the main thread"),
  gc_ms_per_second: perSecond("gc_ms", "time spent in garbage collections"),
} as const satisfies Readonly<Record<string, Feature>>;

/** A thread that collects garbage, or that the machine or a person keeps from running, does nothing of the application's. */
function isStalled({ thread }: RecordedStack): boolean {
  return thread === undefined || ["busy", "waits", "untold"].includes(thread.does);
}

/** Milliseconds that the begin of one and the same silence may be told differently by two looks. */
const SAME_SILENCE = 500;

/** Requests are compared within each silence: that the next one is another request's says nothing. */
function sameRequest({ window }: View): number | undefined {
  const stacks = window.stacks ?? [];
  let same = 0;
  let isKnown = false;
  for (const silence of silencesOf(stacks)) {
    const counts = new Map<string, number>();
    for (const { requestId } of silence) {
      if (requestId !== undefined) counts.set(requestId, (counts.get(requestId) ?? 0) + 1);
    }
    isKnown ||= counts.size > 0;
    same += Math.max(0, ...counts.values());
  }
  return isKnown ? same / stacks.length : undefined;
}

function silencesOf(stacks: readonly RecordedStack[]): RecordedStack[][] {
  const silences: { readonly since: number; readonly stacks: RecordedStack[] }[] = [];
  for (const stack of stacks) {
    const since = stack.at - stack.silent;
    const known = silences.find((other) => Math.abs(other.since - since) <= SAME_SILENCE);
    if (known) known.stacks.push(stack);
    else silences.push({ since, stacks: [stack] });
  }
  return silences.map(({ stacks: own }) => own);
}
