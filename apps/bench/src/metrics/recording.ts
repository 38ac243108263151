import { DURATION_BUCKETS, type Sop } from "@sop/core";
import { keepExemplars } from "@sop/node/metrics";
import { type Cost, type Loop, measure } from "../flags/nanoseconds.ts";
import { type Core, copies, recorder } from "./variants.ts";

/** What the request brings, and what is kept of it. */
interface Way {
  readonly name: string;
  readonly core: "recording" | "nothing";
  readonly headers?: Readonly<Record<string, string>>;
  readonly attach?: (sop: Sop) => void;
}

/** So many calls fit into the young generation that `scripts/bench-metrics.ts` asks for. */
const UNCOLLECTED = 50_000;

const SAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const UNSAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
const ROUTES = ["/orders/:id", "/orders", "/items/:id", "/users/:id"];

const WAYS: readonly Way[] = [
  { name: "nothing recorded", core: "nothing" },
  { name: "recorded", core: "recording" },
  { name: "recorded, an observer that does nothing", core: "recording", attach: (sop) => sop.observe({ closed() {} }) },
  { name: "recorded, exemplars kept, no trace", core: "recording", attach: keepExemplars },
  {
    name: "recorded, exemplars kept, not sampled",
    core: "recording",
    headers: { traceparent: UNSAMPLED },
    attach: keepExemplars,
  },
  {
    name: "recorded, exemplars kept, sampled",
    core: "recording",
    headers: { traceparent: SAMPLED },
    attach: keepExemplars,
  },
];

/** A request's way through the core (`open`, `admit`, `close`), with and without what is recorded of it. */
export async function recordingCosts(rounds: number): Promise<Record<string, Cost>> {
  const cores = await copies(WAYS.map(({ core }) => core));
  const loops = Object.fromEntries(WAYS.map((way, i) => [way.name, loopOf(cores[i] as Core, way)]));
  return measure(loops, 300_000, rounds, UNCOLLECTED);
}

function loopOf(core: Core, { headers = {}, attach }: Way): Loop {
  const sop = core.createSop({ service: "bench", logLevel: "silent" });
  attach?.(sop);
  const exchanges = ROUTES.map((route) => ({ route }));
  const life = sop.lifecycle<{ route: string }>({ name: "bench", route: ({ route }) => route, respond: () => {} });
  const head = { method: "GET", headers };
  return (times) => {
    for (let i = 0; i < times; i++) {
      const context = life.open(head, exchanges[i & 3] as { route: string });
      life.admit(context);
      life.close(context, 200, "finished");
    }
    return sop;
  };
}

/** What records a request's end, called by itself: with the buckets of the contract, and with a grid of 65. */
export async function recorderCosts(rounds: number): Promise<Record<string, Cost>> {
  const grid = Array.from({ length: 65 }, (_, i) => 0.001 * 2 ** (i / 4));
  const usual = await recorder(DURATION_BUCKETS);
  const fine = await recorder(grid);
  const times = Float64Array.from({ length: 64 }, (_, i) => 1_000.5 + i * 0.37);
  const durations = Float64Array.from({ length: 64 }, (_, i) => 0.1 + i * 1.7);
  const loops: Record<string, Loop> = {
    "12 bounds": (n) => {
      for (let i = 0; i < n; i++) {
        usual.closed(times[i & 63] as number, "GET", ROUTES[i & 3] as string, 200, durations[i & 63] as number);
      }
      return usual;
    },
    "65 bounds": (n) => {
      for (let i = 0; i < n; i++) {
        fine.closed(times[i & 63] as number, "GET", ROUTES[i & 3] as string, 200, durations[i & 63] as number);
      }
      return fine;
    },
  };
  return measure(loops, 1_000_000, rounds, 1_000_000);
}
