import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { LATENCY_SCHEMA, type LatencyRun } from "./run.js";

/** Pairs of bucket and count. */
const CountsSchema = Type.Array(Type.Tuple([Type.Integer({ minimum: 0 }), Type.Number({ minimum: 0 })]), {
  description: "pairs of a bucket's number and how many requests were in it",
});

const count = Type.Number({ minimum: 0 });
const figures = {
  requests: count,
  errors: count,
  cancelled: count,
  errorRatio: Type.Number({ minimum: 0, maximum: 1 }),
  p50: count,
  p90: count,
  p99: count,
};

const RunSchema = Type.Object({
  schema: Type.Literal(LATENCY_SCHEMA),
  service: Type.Optional(Type.String()),
  source: Type.String(),
  from: Type.String(),
  until: Type.String(),
  interval: Type.Number({ exclusiveMinimum: 0 }),
  bounds: Type.Array(Type.Number({ exclusiveMinimum: 0 }), { minItems: 1, maxItems: 10_000 }),
  notes: Type.Array(Type.String()),
  routes: Type.Array(
    Type.Object({
      route: Type.String(),
      ...figures,
      slices: Type.Array(Type.Object({ at: Type.Number(), ...figures, counts: CountsSchema })),
    }),
  ),
});

/** Why something is no {@link LatencyRun}; `undefined` where it is one. */
export function latencyRunProblem(value: unknown): string | undefined {
  const { schema } = Object(value) as { schema?: unknown };
  if (typeof schema !== "string") return `it has no "schema"; a run has "${LATENCY_SCHEMA}"`;
  if (schema !== LATENCY_SCHEMA)
    return `its schema is ${JSON.stringify(schema).slice(0, 100)}, not "${LATENCY_SCHEMA}"`;
  const first = Value.Errors(RunSchema, value).First();
  if (first) return `${first.path || "it"} is wrong: ${first.message}`;
  const run = value as Static<typeof RunSchema> as LatencyRun;
  if (Number.isNaN(Date.parse(run.from)) || Number.isNaN(Date.parse(run.until))) return "from and until are no times";
  if (run.bounds.some((bound, i) => i > 0 && bound <= (run.bounds[i - 1] as number))) return "bounds do not ascend";
  const buckets = run.routes.flatMap(({ slices }) => slices.flatMap(({ counts }) => counts.map(([bucket]) => bucket)));
  if (buckets.some((bucket) => bucket > run.bounds.length)) return "a bucket is not within the bounds";
  return undefined;
}
