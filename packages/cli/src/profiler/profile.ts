import { writeFileSync } from "node:fs";
import { OptionError } from "@sop/core";
import { compareRuns, type LatencyRun, latencyHeatMap } from "@sop/node/latency";
import { CommandError } from "../command-error.js";
import { readDuration } from "../plane/options.js";
import { PlaneFinder } from "../plane/plane-finder.js";
import { EXIT, type Terminal, widthFor } from "../terminal.js";
import { paintFor } from "../text/paint.js";
import { printable } from "../text/printable.js";
import { readBaseline } from "./baseline.js";
import { measure, runOf } from "./measure.js";
import { type ProfilerOptions, readProfilerOptions, type Wanted } from "./options.js";
import { csvOf } from "./output/csv.js";
import { live } from "./output/live.js";
import { comparisonLines, summaryLines } from "./output/summary.js";
import { type Worse, worseBy } from "./output/verdict.js";
import { openPrometheus } from "./sources/open-prometheus.js";
import { PlaneSource } from "./sources/plane-source.js";
import type { LatencySource } from "./sources/source.js";

/** What is measured is kept until it is over. */
const LONGEST = 6 * 3_600_000;

/** Measures, and writes what was asked for. Gives the exit code. */
export async function profile(given: ProfilerOptions, terminal: Terminal): Promise<number> {
  const wanted = readProfilerOptions(given);
  // What is wrong with it is said before anybody waits.
  const baseline = given.baseline === undefined ? undefined : readBaseline(given.baseline);
  const run =
    given.prometheus === undefined
      ? await ofPlane(given, wanted, terminal)
      : await ofPrometheus(given, wanted, terminal);
  return write(run, { given, wanted, baseline }, terminal);
}

async function ofPlane(given: ProfilerOptions, wanted: Wanted, terminal: Terminal): Promise<LatencyRun> {
  const finder = new PlaneFinder(given, terminal);
  try {
    return await measured(new PlaneSource(finder), wanted.interval ?? fineFor(wanted), wanted, terminal);
  } finally {
    finder.lose();
  }
}

async function ofPrometheus(given: ProfilerOptions, wanted: Wanted, terminal: Terminal): Promise<LatencyRun> {
  const { duration } = wanted;
  const timeout = readDuration("--timeout", given.timeout ?? "5s", 100, 600_000);
  const asked = {
    metric: given.metric,
    match: (given.match ?? "").trim().replace(/^\{(.*)\}$/s, "$1"),
    duration,
    // Servers scrape every 15 s or so: finer than that there is nothing to see.
    interval: wanted.interval ?? Math.min(duration, Math.max(15_000, Math.ceil(duration / 120_000) * 1_000)),
  };
  const now = (): number => Date.now();
  const live = { ...asked, interval: wanted.interval ?? fineFor(wanted) };
  const opened = await openPrometheus(
    given.prometheus ?? "",
    { server: asked, live },
    { signal: terminal.signal, timeout, now },
  );
  if (opened.isLive) return measured(opened.source, live.interval, wanted, terminal);
  await opened.source.poll();
  return runOf(opened.source, { ...wanted, interval: asked.interval }, []);
}

/** A second, and more where there would be more of them than anybody can look at. */
function fineFor({ duration }: Wanted): number {
  return Math.ceil(duration / 1_800_000) * 1_000;
}

async function measured(
  source: LatencySource,
  interval: number,
  wanted: Wanted,
  terminal: Terminal,
): Promise<LatencyRun> {
  const { duration, routes } = wanted;
  if (duration > LONGEST) {
    const allowed = `at most ${LONGEST / 3_600_000}h; a Prometheus server can be asked for more`;
    throw new OptionError([{ path: "--duration", value: `${duration / 3_600_000}h`, allowed }]);
  }
  const shown = live(terminal.err, source.name, duration);
  try {
    return await measure(source, {
      duration,
      interval,
      routes,
      signal: terminal.signal,
      sleep,
      now: () => Date.now(),
      progress: shown.show,
    });
  } finally {
    shown.end();
  }
}

interface Asked {
  readonly given: ProfilerOptions;
  readonly wanted: Wanted;
  readonly baseline: LatencyRun | undefined;
}

function write(run: LatencyRun, { given, wanted, baseline }: Asked, { out, err }: Terminal): number {
  const changes = baseline ? compareRuns(baseline, run) : undefined;
  const worse = changes && wanted.failAbove !== undefined ? worseBy(changes, wanted.failAbove) : [];
  if (given.output !== undefined) save(given.output, latencyHeatMap(run, { baseline }));
  if (given.csv !== undefined && given.csv !== "-") save(given.csv, csvOf(run));
  const layout = { paint: paintFor(out), width: widthFor(out) };
  if (given.csv === "-") out.write(csvOf(run));
  else if (given.json)
    out.write(
      `${JSON.stringify({ ...run, ...(changes && { comparison: { baseline: given.baseline, changes, worse } }) })}\n`,
    );
  else {
    const lines = [
      ...summaryLines(run, layout),
      ...(changes ? ["", "compared with the run before:", ...comparisonLines(changes, layout)] : []),
    ];
    out.write(`${lines.join("\n")}\n`);
  }
  for (const note of run.notes) err.write(`${printable(note)}\n`);
  if (given.output !== undefined) err.write(`wrote ${given.output}\n`);
  for (const one of worse) err.write(`${inWords(one)}\n`);
  return worse.length > 0 ? EXIT.found : EXIT.fine;
}

function inWords({ route, figure, by }: Worse): string {
  const amount = (by * 100).toFixed(1);
  if (figure === "errorRatio") return `${printable(route)}: errors rose by ${amount} points`;
  return `${printable(route)}: ${figure.toUpperCase()} rose by ${amount} %`;
}

function save(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new CommandError(EXIT.usage, `${path} cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}
