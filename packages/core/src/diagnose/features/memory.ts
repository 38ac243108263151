import type { Sample, SampleFieldName } from "../window/sample.js";
import { type Feature, now, type Reading, reading } from "./feature.js";
import { afterCollections, leastOf, onceOf, trend } from "./growth.js";
import { type Point, slope } from "./series.js";
import { pointsOf, type View } from "./view.js";

const FEW = 5;
/** Milliseconds in which a heap grows that will be at its limit at once. */
const LATELY = 3_000;

const leftRising = onceOf(afterCollections);
const heap = trend(leftRising, "what collections leave in the old space");
const old = trend(onceOf(leastOf("heap_old_bytes")), "the old space, with what was not collected yet");
const outer = trend(onceOf(leastOf("external_bytes")), "memory outside of the heap");
const fds = trend(onceOf(leastOf("fd_count")), "the number of descriptors");

/** What each collection left, by the limit of the heap; new objects are in it too, which does not matter near the limit. */
function leftOfLimit({ present }: View): readonly Point[] {
  return present.flatMap(({ at, gc_major_count: count, heap_after_gc_bytes: left, heap_limit_bytes: limit }) =>
    count !== undefined && count > 0 && left !== undefined && limit !== undefined && limit > 0
      ? [[at, left / limit] as const]
      : [],
  );
}

/** Of memory. */
export const memoryFeatures = {
  heap_growth_span_ms: heap.span,
  heap_growth_bytes: heap.grown,
  heap_slope_first_half_bytes_per_second: heap.first,
  heap_slope_second_half_bytes_per_second: heap.second,
  heap_growth_fit_ratio: heap.fit,
  heap_growth_decay_ratio: heap.decay,
  heap_growth_lately_ratio: heap.lately,
  heap_growth_of_level_ratio: {
    about: "that growth by the heap that was there before it",
    of(view) {
      const points = leftRising(view);
      const [, before] = points[0] ?? [0, 0];
      return before > 0 ? reading(points, ((points.at(-1)?.[1] ?? 0) - before) / before) : undefined;
    },
  },
  heap_growth_per_request_bytes: {
    about: "that growth for each request that ended meanwhile",
    of(view) {
      const points = leftRising(view);
      const [since] = points[0] ?? [0];
      const ended = pointsOf(view.samples, "in_ended_count").filter(([at]) => at >= since);
      const count = ended.reduce((sum, [, value]) => sum + value, 0);
      return count > 0 ? reading(points, ((points.at(-1)?.[1] ?? 0) - (points[0]?.[1] ?? 0)) / count) : undefined;
    },
  },
  heap_old_growth_span_ms: old.span,
  heap_old_growth_bytes: old.grown,
  heap_old_slope_second_half_bytes_per_second: old.second,
  heap_old_growth_fit_ratio: old.fit,
  external_growth_span_ms: outer.span,
  external_growth_bytes: outer.grown,
  external_slope_second_half_bytes_per_second: outer.second,
  external_growth_steady_ratio: outer.steady,
  external_growth_decay_ratio: outer.decay,
  heap_used_of_limit_ratio: {
    about: "used heap by its limit, at most",
    of(view) {
      const points: Point[] = view.present.flatMap(({ at, heap_used_bytes: used, heap_limit_bytes: limit }) =>
        used !== undefined && limit !== undefined && limit > 0 ? [[at, used / limit] as const] : [],
      );
      return reading(points, Math.max(...points.map(([, value]) => value)));
    },
  },
  heap_left_of_limit_ratio: {
    about: "what the last collection left, by the limit of the heap",
    of(view) {
      const points = leftOfLimit(view).slice(-1);
      return reading(points, points[0]?.[1]);
    },
  },
  heap_grown_to_limit_ratio: {
    about:
      "of a process that ended: the used heap when it was last told, and what resident memory grew by since then, by the limit of the heap",
    of(view) {
      if (!view.window.death) return undefined;
      const newest = [...view.samples].reverse();
      const end = newest.find(({ rss_bytes: rss }) => rss !== undefined);
      for (const { at, heap_used_bytes: used, heap_limit_bytes: limit, rss_bytes: before } of newest) {
        if (used === undefined || limit === undefined || before === undefined || !end) continue;
        const grown = Math.max(0, (end.rss_bytes as number) - before);
        return reading(
          [
            [at, used],
            [end.at, used + grown],
          ],
          (used + grown) / limit,
        );
      }
      return undefined;
    },
  },
  heap_time_to_limit_ms: {
    about: "after what time collections will leave a heap that is at its limit, as it grew in the last seconds",
    of(view) {
      const points = leftOfLimit(view);
      const last = points.at(-1);
      const recent = points.filter(([at]) => at >= (last?.[0] ?? 0) - LATELY);
      const perSecond = slope(recent);
      if (!last || perSecond === undefined || perSecond <= 0) return undefined;
      return reading(recent, (Math.max(0, 1 - last[1]) / perSecond) * 1_000);
    },
  },
  memory_of_group_limit_ratio: {
    about: "memory of the control group by its limit, at most",
    of(view) {
      const points: Point[] = view.present.flatMap(
        ({ at, cgroup_memory_bytes: used, cgroup_memory_limit_bytes: limit }) =>
          used !== undefined && limit !== undefined && limit > 0 ? [[at, used / limit] as const] : [],
      );
      return reading(points, Math.max(...points.map(([, value]) => value)));
    },
  },
  memory_kills_count: {
    about: "kills of the control group for lack of memory",
    of(view) {
      const points = pointsOf(view.present, "cgroup_oom_kills_count");
      return reading(
        points,
        points.reduce((sum, [, value]) => sum + value, 0),
      );
    },
  },
  leaking_site_bytes: {
    about: "growth of the allocation site that grew most",
    of: (view) => now(view, maximum(view.window.allocations?.map(({ grown }) => grown))),
  },
  leaking_site_lately_bytes: {
    about: "growth of that site between the last two profiles, of three or more",
    of: (view) => now(view, [...(view.window.allocations ?? [])].sort((a, b) => b.grown - a.grown)[0]?.lately),
  },
} as const satisfies Readonly<Record<string, Feature>>;

/** Of file descriptors. */
export const descriptorFeatures = {
  fd_growth_span_ms: fds.span,
  fd_growth_count: fds.grown,
  fd_slope_second_half_per_second: fds.second,
  fd_growth_steady_ratio: fds.steady,
  fd_growth_decay_ratio: fds.decay,
  fd_unexplained_growth_count: {
    about:
      "growth of descriptors beyond that of connections from clients, and of requests and calls on their way, which have one each",
    of(view) {
      const grown = fds.grown.of(view);
      if (!grown) return undefined;
      const within = view.samples.filter(({ at }) => at >= grown.since);
      const looks = [beyondSockets(within), beyondConnections(within)].filter((one) => one !== undefined);
      return looks.sort((a, b) => b.value - a.value)[0];
    },
  },
  fd_close_wait_growth_count: {
    about: "growth of sockets whose peer closed, and which are not closed",
    of: (view) => reading(pointsOf(view.samples, "tcp_close_wait_count"), change(view.samples, "tcp_close_wait_count")),
  },
  fd_of_limit_ratio: {
    about: "open descriptors by their limit",
    of(view) {
      const points: Point[] = view.present.flatMap(({ at, fd_count: open, fd_limit_count: limit }) =>
        open !== undefined && limit !== undefined && limit > 0 ? [[at, open / limit] as const] : [],
      );
      return reading(points, Math.max(...points.map(([, value]) => value)));
    },
  },
} as const satisfies Readonly<Record<string, Feature>>;

const TCP = ["tcp_established_count", "tcp_accepted_count", "tcp_close_wait_count"] as const;
const KINDS = ["fd_file_count", "fd_pipe_count", "fd_other_count"] as const;

/** What descriptors are is looked at less often than they are counted: up to the last time at which something else was seen than before. */
function upToLastLook(samples: readonly Sample[], names: readonly SampleFieldName[]): readonly Sample[] {
  for (let i = samples.length - 1; i > 0; i--) {
    const [sample, before] = [samples[i], samples[i - 1]] as [Sample, Sample];
    if (names.some((name) => sample[name] !== before[name])) return samples.slice(0, i + 1);
  }
  return samples.slice(0, 1);
}

/** Growth of descriptors that are no sockets. */
function beyondSockets(samples: readonly Sample[]): Reading | undefined {
  const known = upToLastLook(samples, KINDS);
  const grown = KINDS.map((name) => {
    const values = pointsOf(known, name).map(([, value]) => value);
    return values.length === 0 ? undefined : (values.at(-1) as number) - (values[0] as number);
  });
  if (grown.every((one) => one === undefined)) return undefined;
  return reading(
    pointsOf(known, "fd_count"),
    grown.reduce<number>((sum, one) => sum + (one ?? 0), 0),
  );
}

/** Growth of descriptors beyond what clients and calls explain; where nobody can look at sockets, requests and calls are all that is known. */
function beyondConnections(samples: readonly Sample[]): Reading | undefined {
  const isSeen = samples.some((sample) => TCP.some((name) => sample[name] !== undefined));
  const known = isSeen ? upToLastLook(samples, TCP) : samples;
  const points = pointsOf(known, "fd_count");
  const grown = (points.at(-1)?.[1] ?? 0) - (points[0]?.[1] ?? 0);
  const open = change(known, "in_flight_count") + change(known, "in_streaming_count");
  const calling = change(known, "out_flight_count");
  if (known.some(({ tcp_accepted_count: accepted }) => accepted !== undefined)) {
    const accepted = Math.max(0, change(known, "tcp_accepted_count"), open);
    return reading(points, grown - accepted - Math.max(0, calling));
  }
  return reading(points, grown - Math.max(0, change(known, "tcp_established_count"), open + calling));
}

/** From the least of the first few to the most of the last few: figures that are read at other times than descriptors are a little behind. */
function change(samples: readonly Sample[], name: SampleFieldName): number {
  const values = pointsOf(samples, name).map(([, value]) => value);
  return values.length === 0 ? 0 : Math.max(...values.slice(-FEW)) - Math.min(...values.slice(0, FEW));
}

function maximum(values: readonly number[] | undefined): number | undefined {
  return values && values.length > 0 ? Math.max(...values) : undefined;
}
