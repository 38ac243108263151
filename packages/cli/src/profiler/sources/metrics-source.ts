import { CommandError } from "../../command-error.js";
import { Differences } from "../exposition/differences.js";
import { chooseHistogram, NoHistogram, unitOf } from "../exposition/histogram.js";
import { type Exposition, ExpositionError, parseExposition } from "../exposition/parse.js";
import { type FetchBounds, type Fetched, fetchText, unreachable } from "./fetch-text.js";
import type { LatencySource, SoFar } from "./source.js";

const ACCEPT = "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.7,*/*;q=0.1";

/** The text exposition of one service, read again and again. */
export class MetricsSource implements LatencySource {
  readonly name: string;
  readonly service = undefined;
  readonly patience: number = Number.POSITIVE_INFINITY;
  readonly #url: URL;
  readonly #bounds: FetchBounds;
  readonly #now: () => number;
  readonly #interval: number;
  readonly #wanted: string | undefined;
  #metric: string | undefined;
  #differences: Differences | undefined;
  /** Readings before the histogram was there. */
  #first: number | undefined;

  constructor(
    url: URL,
    { metric, interval }: { metric: string | undefined; interval: number },
    bounds: FetchBounds,
    now: () => number,
  ) {
    this.#url = url;
    this.name = `${url.origin}${url.pathname}`;
    this.#interval = interval;
    this.#wanted = metric;
    this.#bounds = bounds;
    this.#now = now;
  }

  async poll(): Promise<void> {
    const answer = await fetchText(this.#url, ACCEPT, this.#bounds);
    // Readings are a little late or early; what counts is which one it is.
    const elapsed = this.#now() - (this.#first ?? this.#now());
    const at = (this.#first ?? this.#now()) + Math.round(elapsed / this.#interval) * this.#interval;
    const problem = whyNoMetrics(answer);
    if (problem !== undefined) throw unreachable(`${this.name} has no metrics: ${problem}`);
    const exposition = this.#parse(answer.text);
    this.#metric ??= this.#choose(exposition);
    this.#first ??= at;
    if (this.#metric === undefined) return;
    const { samples } = exposition;
    this.#differences ??= this.#begin(this.#metric, at);
    this.#differences.add({ at, buckets: samples.filter(({ name }) => name === `${this.#metric}_bucket`) });
  }

  soFar(): SoFar {
    const from = this.#first ?? 0;
    if (!this.#differences) return { from, until: from, bounds: [1], slices: [], notes: [] };
    const { bounds, ...read } = this.#differences.read();
    const { resets } = this.#differences;
    const notes = resets === 0 ? [] : [`Counters began again: a process was started again (${resets} series).`];
    return { ...read, bounds: bounds.length === 0 ? [1] : bounds, notes };
  }

  /** A service that has answered no request yet may have no histogram, and that is no reason to give up. */
  #choose({ types, samples }: Exposition): string | undefined {
    const names = new Set(samples.map(({ name }) => name.replace(/_bucket$/, "")));
    try {
      return chooseHistogram(this.#wanted, names, types);
    } catch (error) {
      if (!(error instanceof NoHistogram)) throw error;
      const isDeclared = [...types].some(([name, type]) => type === "histogram" && isMeant(name, this.#wanted));
      if (isDeclared) return undefined;
      throw new CommandError(1, `${this.name}: ${error.message}`);
    }
  }

  /** Where the first reading had no histogram, all that there is came after it. */
  #begin(metric: string, at: number): Differences {
    const made = new Differences(unitOf(metric), () => true);
    if (this.#first !== undefined && this.#first < at) made.add({ at: this.#first, buckets: [] });
    return made;
  }

  #parse(text: string): Exposition {
    try {
      return parseExposition(text, (name) => name.endsWith("_bucket"));
    } catch (error) {
      if (!(error instanceof ExpositionError)) throw error;
      throw unreachable(`${this.name} has no metrics that can be read: ${error.message}`);
    }
  }
}

function isMeant(name: string, wanted: string | undefined): boolean {
  return wanted === undefined ? /^http_.*(duration|requests)/.test(name) : name === wanted;
}

/** Why an answer has no metrics; `undefined` where it may have. */
export function whyNoMetrics({ status, type, text }: Fetched): string | undefined {
  if (status !== 200) return `it answers with status ${status}`;
  if (/html/.test(type) || /^\s*<(!doctype|html|\?xml)/i.test(text))
    return "it answers with a web page; the path is often /metrics";
  if (/json/.test(type)) return "it answers with JSON";
  if (/protobuf/.test(type)) return "it answers with protobuf";
  return undefined;
}
