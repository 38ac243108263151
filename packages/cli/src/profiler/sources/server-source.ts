import { CommandError } from "../../command-error.js";
import { printable } from "../../text/printable.js";
import { Differences, type Reading } from "../exposition/differences.js";
import { chooseHistogram, NoHistogram, unitOf } from "../exposition/histogram.js";
import type { Sample } from "../exposition/parse.js";
import { type FetchBounds, type Fetched, fetchText, unreachable } from "./fetch-text.js";
import type { LatencySource, SoFar } from "./source.js";

/** What is asked of a server. */
export interface ServerQuestion {
  readonly metric: string | undefined;
  /** Matchers of PromQL without braces: `job="shop"`. */
  readonly match: string;
  /** Milliseconds. */
  readonly duration: number;
  readonly interval: number;
}

type Labels = Readonly<Record<string, string>>;

interface Matrix {
  readonly metric: Labels;
  readonly values: readonly (readonly [seconds: number, value: string])[];
}

/** What a Prometheus server, or one that has its API, has recorded over the last while. */
export class ServerSource implements LatencySource {
  readonly name: string;
  readonly service = undefined;
  readonly patience: number = Number.POSITIVE_INFINITY;
  readonly #base: URL;
  readonly #asked: ServerQuestion;
  readonly #bounds: FetchBounds;
  readonly #now: () => number;
  #read: SoFar = { from: 0, until: 0, bounds: [1], slices: [], notes: [] };

  constructor(base: URL, asked: ServerQuestion, bounds: FetchBounds, now: () => number) {
    this.#base = base;
    this.name = `Prometheus at ${base.origin}${base.pathname.replace(/\/$/, "")}`;
    this.#asked = asked;
    this.#bounds = bounds;
    this.#now = now;
  }

  /** All of it at once: the past does not change. */
  async poll(): Promise<void> {
    const { duration, interval, match } = this.#asked;
    const end = Math.floor(this.#now() / 1_000) * 1_000;
    const start = end - Math.ceil(duration / interval) * interval;
    const metric = await this.#choose(start, end);
    const [buckets, up] = await Promise.all([
      this.#range(`{__name__=${JSON.stringify(`${metric}_bucket`)}${match === "" ? "" : `,${match}`}}`, start, end),
      this.#range("up == 1", start, end),
    ]);
    const targets = new Map(up.map(({ metric: labels, values }) => [target(labels), (values[0]?.[0] ?? 0) * 1_000]));
    const differences = new Differences(unitOf(metric), (labels, at) => {
      const since = targets.get(target(labels));
      return since !== undefined && since <= at;
    });
    for (const reading of readings(buckets, start, end, interval)) differences.add(reading);
    const { bounds, ...read } = differences.read();
    this.#read = { ...read, bounds: bounds.length === 0 ? [1] : bounds, notes: notesOf(buckets, differences.resets) };
  }

  soFar(): SoFar {
    return this.#read;
  }

  async #choose(start: number, end: number): Promise<string> {
    const { match } = this.#asked;
    const names = await this.#ask<readonly string[]>("label/__name__/values", {
      "match[]": `{__name__=~".+_bucket"${match === "" ? "" : `,${match}`}}`,
      start: start / 1_000,
      end: end / 1_000,
    });
    try {
      return chooseHistogram(this.#asked.metric, new Set(names.map((name) => name.replace(/_bucket$/, ""))));
    } catch (error) {
      if (error instanceof NoHistogram) throw new CommandError(1, `${this.name}: ${error.message}`);
      throw error;
    }
  }

  async #range(query: string, start: number, end: number): Promise<readonly Matrix[]> {
    const step = this.#asked.interval / 1_000;
    const { result } = await this.#ask<{ result: readonly Matrix[] }>("query_range", {
      query,
      start: start / 1_000,
      end: end / 1_000,
      step,
    });
    return result;
  }

  async #ask<T>(path: string, query: Readonly<Record<string, string | number>>): Promise<T> {
    const url = new URL(`${this.#base.pathname.replace(/\/$/, "")}/api/v1/${path}`, this.#base);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    const answer = await fetchText(url, "application/json", this.#bounds);
    const said = apiAnswer(answer);
    if (said === undefined)
      throw unreachable(`${this.name} does not answer as Prometheus does (status ${answer.status})`);
    if (said.status === "success") return said.data as T;
    throw new CommandError(1, `${this.name}: ${printable(String(said.error ?? said.status)).slice(0, 500)}`);
  }
}

/** An answer of the API; `undefined` for what is none. */
export function apiAnswer({ text }: Fetched): { status: unknown; data?: unknown; error?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "status" in value ? value : undefined;
  } catch {
    return undefined;
  }
}

function target({ job = "", instance = "" }: Labels): string {
  return JSON.stringify([job, instance]);
}

/** What all series were at each step. */
function* readings(matrix: readonly Matrix[], start: number, end: number, interval: number): Generator<Reading> {
  const byTime = new Map<number, Sample[]>();
  for (const { metric, values } of matrix) {
    const { __name__: name = "", ...labels } = metric;
    for (const [seconds, value] of values) {
      const at = Math.round(seconds * 1_000);
      const samples = byTime.get(at) ?? [];
      byTime.set(at, samples);
      samples.push({ name, labels, value: Number(value) });
    }
  }
  for (let at = start; at <= end; at += interval) yield { at, buckets: byTime.get(at) ?? [] };
}

function notesOf(matrix: readonly Matrix[], resets: number): string[] {
  const jobs = [...new Set(matrix.map(({ metric }) => metric["job"] ?? ""))].sort();
  const several = `Of several jobs (${printable(jobs.join(", "))}); --match 'job="${printable(jobs[0] ?? "")}"' is of one.`;
  return [
    ...(jobs.length > 1 ? [several] : []),
    ...(resets > 0 ? [`Counters began again: a process was started again (${resets} series).`] : []),
  ];
}
