import type { Sample } from "../window/sample.js";
import {
  type Feature,
  latest,
  mean,
  most,
  now,
  type Part,
  perSecond,
  ratio,
  reading,
  sumIn,
  total,
} from "./feature.js";
import { median, type Point, slope } from "./series.js";
import { pointsOf, secondsOf, type View } from "./view.js";

/** Samples of which the least is where a growth began. */
const FEW = 5;

/** Milliseconds that a request may be without an end before it counts as stuck, and how many times as long as usual that is. */
const STUCK = 2_000;
const STUCK_FACTOR = 10;
/** Milliseconds within which hardly any request ends where all are stuck, and the share of them that may. */
const RECENT = 3_000;
const STUCK_SHARE = 0.25;
/** Milliseconds that lie between clients that gave up for one and the same reason. */
const TOGETHER = 500;

function medianOf(name: "in_p50_ms" | "in_p99_ms" | "out_p50_ms", about: string, part: Part): Feature {
  return {
    about,
    of(view) {
      const points = pointsOf(view[part], name);
      return reading(points, median(points.map(([, value]) => value)));
    },
  };
}

/** Of inbound requests. */
export const inboundFeatures = {
  in_rate_per_second: perSecond("in_started_count", "inbound requests a second"),
  in_rate_normal_per_second: perSecond("in_started_count", "the same, before the trouble", "normal"),
  in_ended_per_second: perSecond("in_ended_count", "inbound requests that ended, a second"),
  in_flight_count: latest("in_flight_count", "inbound requests without an end"),
  in_flight_growth_per_second: {
    about: "by how many inbound requests without an end grew, a second",
    of(view) {
      const points = pointsOf(view.present, "in_flight_count");
      return reading(points, slope(points));
    },
  },
  in_oldest_ms: latest("in_oldest_ms", "age of the oldest inbound request without an end"),
  in_flight_max_count: most("in_flight_count", "the most inbound requests without an end that there were"),
  in_oldest_max_ms: most("in_oldest_ms", "the highest age of an inbound request without an end"),
  in_stuck_count: {
    about: "inbound requests that are stuck, on routes that used to be quick, and those whose clients have left them",
    of: (view) => now(view, stuckOn(view)),
  },
  in_failed_ratio: ratio("in_failed_count", "in_ended_count", "share of requests that ended with 500 or more"),
  in_failed_normal_ratio: ratio("in_failed_count", "in_ended_count", "the same, before the trouble", "normal"),
  in_timeout_ratio: ratio("in_timeout_count", "in_ended_count", "share of requests that ended by a timeout"),
  in_canceled_ratio: ratio("in_canceled_count", "in_ended_count", "share of requests whose client left"),
  in_served_of_normal_ratio: {
    about: "requests that were answered a second, by those before the trouble",
    of(view) {
      const before = servedPerSecond(view.normal);
      const served = servedPerSecond(view.present);
      return before !== undefined && before > 0 && served !== undefined
        ? reading(pointsOf(view.present, "in_ended_count"), served / before)
        : undefined;
    },
  },
  in_given_up_ratio: {
    about: "share of requests that ended by a timeout, or by their client's leave",
    of(view) {
      const points = pointsOf(view.present, "in_canceled_count");
      const given = sumIn(view.present, "in_canceled_count") + sumIn(view.present, "in_timeout_count");
      const ended = sumIn(view.present, "in_ended_count");
      return ended > 0 ? reading(points, Math.min(1, given / ended)) : undefined;
    },
  },
  in_given_up_count: {
    about: "requests that ended by a timeout, or by their client's leave",
    of(view) {
      const points = pointsOf(view.present, "in_canceled_count");
      const given = sumIn(view.present, "in_canceled_count") + sumIn(view.present, "in_timeout_count");
      return reading(points, given);
    },
  },
  in_given_up_together_count: {
    about: "requests of routes whose clients all left after nearly the same time",
    of: (view) => now(view, givenUpTogether(view)),
  },
  in_p50_ms: medianOf("in_p50_ms", "median duration of inbound requests", "present"),
  in_p99_ms: medianOf("in_p99_ms", "99th percentile of their duration", "present"),
  in_p99_normal_ms: medianOf("in_p99_ms", "the same, before the trouble", "normal"),
  tcp_backlog_count: most("tcp_backlog_count", "connections that wait to be accepted"),
  timers_count: latest("timers_count", "active timers"),
} as const satisfies Readonly<Record<string, Feature>>;

/** Of outgoing calls. */
export const outboundFeatures = {
  out_rate_per_second: perSecond("out_started_count", "outgoing calls a second"),
  out_flight_count: latest("out_flight_count", "outgoing calls without an answer"),
  out_sent_count: {
    about: "outgoing calls that have a connection, and no answer",
    of(view) {
      const flight = pointsOf(view.present, "out_flight_count").slice(-1);
      const queued = pointsOf(view.present, "out_queued_count").at(-1)?.[1];
      return queued === undefined ? undefined : reading(flight, Math.max(0, (flight[0]?.[1] ?? 0) - queued));
    },
  },
  out_oldest_ms: latest("out_oldest_ms", "age of the oldest outgoing call without an answer"),
  out_answered_ratio: ratio(
    "out_ended_count",
    "out_started_count",
    "outgoing calls that ended, by those that were made",
  ),
  out_p50_normal_ms: medianOf("out_p50_ms", "median duration of outgoing calls, before the trouble", "normal"),
  out_pending_of_in_ratio: {
    about: "outgoing calls without an answer, by inbound requests without an end",
    of(view) {
      const points = pointsOf(view.present, "out_flight_count").slice(-1);
      const inbound = pointsOf(view.present, "in_flight_count").at(-1)?.[1];
      return inbound === undefined || inbound === 0 ? undefined : reading(points, (points[0]?.[1] ?? 0) / inbound);
    },
  },
  out_failed_count: total("out_failed_count", "outgoing calls that got no answer, or one of 500 or more"),
  out_failed_ratio: ratio("out_failed_count", "out_ended_count", "share of outgoing calls that failed"),
  out_timeout_ratio: ratio(
    "out_timeout_count",
    "out_ended_count",
    "share of outgoing calls that were given up by a timeout",
  ),
  out_refused_ratio: ratio("out_refused_count", "out_ended_count", "share of outgoing calls that were refused"),
  out_retry_ratio: ratio("out_retry_count", "out_started_count", "share of outgoing calls that repeat another one"),
  out_per_in_ratio: ratio("out_started_count", "in_started_count", "outgoing calls for each inbound request"),
  out_per_in_normal_ratio: ratio("out_started_count", "in_started_count", "the same, before the trouble", "normal"),
  out_unread_count: latest("out_unread_count", "answers whose body nobody reads"),
  out_queued_count: latest("out_queued_count", "outgoing calls that wait for a connection of their pool"),
  connect_failed_count: total(
    "connect_failed_count",
    "connections to others, of whichever protocol, that came to nothing",
  ),
  tcp_outbound_growth_count: {
    about: "growth of connections to others, of whichever protocol",
    of({ samples }) {
      const points = samples.flatMap(({ at, tcp_established_count: all, tcp_accepted_count: accepted }): Point[] =>
        all === undefined || accepted === undefined ? [] : [[at, all - accepted]],
      );
      const before = Math.min(...points.slice(0, FEW).map(([, count]) => count));
      return reading(points, (points.at(-1)?.[1] ?? 0) - before);
    },
  },
  out_queued_mean_count: mean("out_queued_count", "the same, in the mean"),
} as const satisfies Readonly<Record<string, Feature>>;

/** Requests that ended with an answer that somebody waited for. */
function servedPerSecond(samples: readonly Sample[]): number | undefined {
  if (!samples.some(({ in_ended_count: ended }) => Number.isFinite(ended))) return undefined;
  const given = sumIn(samples, "in_canceled_count") + sumIn(samples, "in_timeout_count");
  return (sumIn(samples, "in_ended_count") - given) / secondsOf(samples);
}

function stuckOn(view: View): number | undefined {
  const { routes } = view.window;
  if (!routes?.some(({ baseline }) => (baseline?.ended ?? 0) > 0)) return stuckAtAll(view);
  let stuck = 0;
  for (const { inFlight, streaming, oldest, canceled, canceledAfter, baseline } of routes) {
    // What was never quick may well take its time.
    if (baseline === undefined || baseline.ended === 0) continue;
    const limit = Math.max(STUCK, baseline.p99 * STUCK_FACTOR);
    if (oldest >= limit) stuck += Math.max(0, inFlight - streaming);
    if ((canceledAfter ?? 0) >= limit) stuck += canceled;
  }
  return stuck;
}

/** Where nothing is known of routes: where hardly any request ends any more, those in flight are stuck, and those that were given up were. */
function stuckAtAll({ normal, present }: View): number | undefined {
  const usual = median(pointsOf(normal, "in_p99_ms").map(([, value]) => value));
  const oldest = pointsOf(present, "in_oldest_ms").at(-1)?.[1];
  if (usual === undefined || oldest === undefined) return undefined;
  if (oldest < Math.max(STUCK, usual * STUCK_FACTOR)) return 0;
  const end = present.at(-1)?.at ?? 0;
  const recent = present.filter(({ at }) => at >= end - RECENT);
  const [started, ended, left] = (["in_started_count", "in_ended_count", "in_canceled_count"] as const).map((name) =>
    sumIn(recent, name),
  ) as [number, number, number];
  if (started === 0 || (ended - left) / started >= STUCK_SHARE) return 0;
  return (pointsOf(present, "in_flight_count").at(-1)?.[1] ?? 0) + sumIn(present, "in_canceled_count");
}

function givenUpTogether({ window }: View): number | undefined {
  if (window.routes === undefined) return undefined;
  let together = 0;
  for (const { canceled, canceledAfter, canceledSpread, timedOut } of window.routes) {
    const isTogether = (canceledAfter ?? 0) >= TOGETHER && (canceledSpread ?? Number.POSITIVE_INFINITY) <= TOGETHER;
    together += timedOut + (isTogether ? canceled : 0);
  }
  return together;
}
