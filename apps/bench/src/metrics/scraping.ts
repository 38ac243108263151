import { setTimeout } from "node:timers/promises";
import { createSop } from "@sop/core";
import { metricsReader, metricsText } from "@sop/node/metrics";
import { prometheus } from "@sop/node/prometheus";
import { Histogram, Registry } from "prom-client";
import { median } from "./readers.ts";

/** Of one scrape, in milliseconds: medians, and the greatest pause of all. */
export interface Scrape {
  readonly name: string;
  /** Lines that are no comments. */
  readonly series: number;
  readonly bytes: number;
  readonly took: number;
  readonly pause: number;
  readonly worst: number;
}

/** Label sets with which the requests alone are about a thousand time series: each has 13 buckets, a sum, two counts. */
const A_THOUSAND_SERIES = 62;
const SETS = 1_000;

/** What a scrape costs, by the way it is written and the number of label sets. */
export async function scrapes(times: number): Promise<Scrape[]> {
  const found: Scrape[] = [];
  for (const sets of [A_THOUSAND_SERIES, SETS]) {
    for (const openMetrics of [false, true]) {
      const sop = serviceOf(sets);
      const registry = prometheus(sop, { openMetrics });
      const name = `prom-client's registry, ${openMetrics ? "OpenMetrics" : "text"}`;
      found.push(await measured(`${sets} label sets, ${name}`, times, () => registry.metrics()));
      sop.dispose();
    }
    const sop = serviceOf(sets);
    const read = metricsReader(sop);
    found.push(await measured(`${sets} label sets, without prom-client`, times, () => metricsText(read())));
    sop.dispose();
    const own = ownHistogram(sets);
    found.push(await measured(`${sets} label sets of a histogram of prom-client's own`, times, () => own.metrics()));
  }
  return found;
}

function serviceOf(sets: number): ReturnType<typeof createSop> {
  const sop = createSop({ service: "bench", logLevel: "silent", metrics: { maxSeries: sets } });
  const life = sop.lifecycle<{ route: string }>({ name: "bench", route: ({ route }) => route, respond: () => {} });
  for (let i = 0; i < sets; i++) {
    life.close(life.open({ method: "GET", headers: {} }, { route: `/r${i}/:id` }), 200, "finished");
  }
  return sop;
}

function ownHistogram(sets: number): Registry {
  const registry = new Registry();
  const histogram = new Histogram({
    name: "http_request_duration_seconds",
    help: "As everybody has it.",
    labelNames: ["method", "route", "status"],
    registers: [registry],
  });
  for (let i = 0; i < sets; i++) histogram.observe({ method: "GET", route: `/r${i}/:id`, status: "200" }, 0.001);
  return registry;
}

async function measured(name: string, times: number, scrape: () => Promise<string>): Promise<Scrape> {
  const took: number[] = [];
  const pauses: number[] = [];
  let text = "";
  for (let i = -10; i < times; i++) {
    await setTimeout(5);
    const pause = longestPause();
    const begun = performance.now();
    text = await scrape();
    const ended = performance.now();
    const longest = await pause();
    if (i < 0) continue;
    took.push(ended - begun);
    pauses.push(longest);
  }
  const series = text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
  return { name, series, bytes: text.length, took: median(took), pause: median(pauses), worst: Math.max(...pauses) };
}

/** Watches the event loop from one turn to the next, until the returned function is called. */
function longestPause(): () => Promise<number> {
  let longest = 0;
  let last = performance.now();
  let isOn = true;
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (isOn) setImmediate(look);
  };
  setImmediate(look);
  return async () => {
    await new Promise((resolve) => setImmediate(resolve));
    isOn = false;
    return longest;
  };
}
