import { createSop, type Sop } from "@sop/core";
import { metricProducer } from "@sop/node/otel";
import { prometheus } from "@sop/node/prometheus";

/** Requests between two scrapes: 15 s at 5,000 a second. */
const BETWEEN = 75_000;
const SERIES = 50;

/** Nanoseconds of CPU a request, with Prometheus alone and with OpenTelemetry beside it: medians of rounds in which they take turns. */
export async function readerCosts(rounds: number): Promise<{ prometheus: number; both: number }> {
  const sop = createSop({ service: "bench", logLevel: "silent" });
  const registry = prometheus(sop);
  const producer = metricProducer(sop);
  const serve = serving(sop);
  const found = { prometheus: [] as number[], both: [] as number[] };
  for (let round = -3; round < rounds; round++) {
    // The one that is first has what the other has left to collect.
    const order = round % 2 === 0 ? (["prometheus", "both"] as const) : (["both", "prometheus"] as const);
    for (const way of order) {
      const start = process.cpuUsage();
      serve(BETWEEN);
      await registry.metrics();
      if (way === "both") await producer.collect();
      const { user, system } = process.cpuUsage(start);
      if (round >= 0) found[way].push(((user + system) * 1_000) / BETWEEN);
    }
  }
  sop.dispose();
  return { prometheus: median(found.prometheus), both: median(found.both) };
}

function serving(sop: Sop): (times: number) => void {
  const exchanges = Array.from({ length: SERIES }, (_, i) => ({ route: `/r${i}/:id` }));
  const life = sop.lifecycle<{ route: string }>({ name: "bench", route: ({ route }) => route, respond: () => {} });
  const head = { method: "GET", headers: {} };
  return (times) => {
    for (let i = 0; i < times; i++) {
      const context = life.open(head, exchanges[i % SERIES] as { route: string });
      life.admit(context);
      life.close(context, 200, "finished");
    }
  };
}

export function median(all: readonly number[]): number {
  return [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] as number;
}
