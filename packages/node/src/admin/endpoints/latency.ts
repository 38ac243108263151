import { Type } from "@sinclair/typebox";
import { LATENCY_BOUNDS } from "../../latency/buckets.js";
import { latencyHeatMap } from "../../latency/heatmap/heatmap.js";
import type { RecordedLatency } from "../../latency/recording.js";
import { latencyRun } from "../../latency/run.js";
import { slicesOf } from "../../latency/slices.js";
import { known, type ReadEndpoint, read } from "./endpoint.js";
import { closed, count, knownOf, maybe, milliseconds, oneOf, time } from "./schemas.js";

const SVG = "image/svg+xml";

const Pair = Type.Array(count, { minItems: 2, maxItems: 2 });

const Slice = Type.Object({
  at: time,
  routes: Type.Array(
    Type.Object({
      route: Type.String({ description: "With its method." }),
      errors: Type.Integer({ minimum: 0, description: "Answers with status 500 and above." }),
      cancelled: Type.Integer({ minimum: 0, description: "Requests whose client went away." }),
      counts: Type.Array(Pair, { description: "Requests by bucket: pairs of its number and their count." }),
    }),
  ),
});

const get = read({
  id: "getLatency",
  method: "GET",
  path: "/debug/mw/latency",
  summary: "How long requests took, by route and second, for the last two minutes; as an SVG it is a heat map.",
  about:
    "Nothing is recorded while nobody asks: the first call begins it, and it ends when nobody has called for a minute. `until` is what to " +
    "send as the next `since`. While the main thread is blocked there are no slices; they come with a later answer.",
  role: "viewer",
  query: closed({
    since: maybe(
      Type.Integer({ minimum: 0, description: "Only slices that began then or later; milliseconds since 1970." }),
    ),
    format: maybe(oneOf(["json", "svg"], { default: "json" })),
  }),
  reads: ["service", "latency"],
  answers: {
    200: {
      about: "The slices that are over, or the heat map of them.",
      also: SVG,
      schema: knownOf({
        service: Type.String(),
        since: maybe(Type.Integer({ description: "Since when there is a recording; milliseconds since 1970." })),
        until: maybe(Type.Integer({ description: "Until when the slices tell everything; milliseconds since 1970." })),
        interval: maybe(milliseconds),
        bounds: maybe(
          Type.Array(Type.Number(), {
            description: "Upper ends of the buckets in milliseconds; the last bucket has none.",
          }),
        ),
        slices: Type.Array(Slice),
      }),
    },
  },
  refuses: ["SOP_ERR_BLOCKED"],
  answer(parts, { query: { format } }) {
    const { service, latency: recorded } = parts;
    if (format === "svg") {
      if (recorded) return { status: 200, type: SVG, text: drawn(service.name, recorded) };
      return { problem: { code: "SOP_ERR_BLOCKED", detail: "the main thread is blocked, and has the figures" } };
    }
    if (recorded === undefined) return known(parts, { service: service.name, slices: [] });
    return known(parts, {
      service: service.name,
      since: Math.round(recorded.since),
      until: recorded.until,
      interval: recorded.width,
      bounds: LATENCY_BOUNDS,
      slices: slicesOf(recorded),
    });
  },
});

/** How long requests take. */
export const latency: readonly ReadEndpoint[] = [get];

function drawn(service: string, recorded: RecordedLatency): string {
  const { since, until, width, slices } = recorded;
  const first = slices[0]?.at ?? Math.floor(since / width) * width;
  const run = latencyRun({
    service,
    source: "recorded in the service",
    from: new Date(first).toISOString(),
    until: new Date(Math.max(until, first)).toISOString(),
    interval: width,
    bounds: LATENCY_BOUNDS,
    slices: slicesOf(recorded),
    ...(slices.length === 0 && { notes: ["It is recorded since somebody asked: ask again in a few seconds."] }),
  });
  return latencyHeatMap(run);
}
