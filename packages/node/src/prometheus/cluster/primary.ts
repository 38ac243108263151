import cluster, { type Worker } from "node:cluster";
import { type Duration, OptionCheck } from "@sop/core";
import { CONTENT_TYPES } from "../../metrics/exposition/scrape.js";
import { Joined } from "./joined.js";
import { type Answer, type Family, familyOf, type Question } from "./message.js";
import { textOf } from "./text.js";

/** Options of `clusterMetrics`. */
export interface ClusterOptions {
  /** How long a worker may take to answer; the last numbers of one that takes longer stand for it. 10 ms to 1 min, default `1s`. */
  readonly timeout?: Duration | undefined;
  /** Whether the text is OpenMetrics, which has exemplars. Default false. */
  readonly openMetrics?: boolean | undefined;
}

/** The metrics of all workers as those of one process. */
export interface ClusterMetrics {
  /** Of the text. */
  readonly contentType: string;
  /** Asks all workers. Never rejects: the last numbers of a worker stand for it where it does not answer. */
  metrics(): Promise<string>;
  /** Lets go of the workers. */
  close(): void;
}

interface Scrape {
  readonly waiting: Set<number>;
  readonly done: () => void;
}

/**
 * In the primary of `node:cluster`: the metrics of all workers that `reportToPrimary`. Counters and histograms are added up, and a worker
 * that has left stays among them with its last numbers, so that none ever falls; of gauges, a state is the greatest. Throws
 * `SOP_ERR_OPTION` for options that are wrong.
 */
export function clusterMetrics(options: ClusterOptions = {}): ClusterMetrics {
  const check = new OptionCheck(options, "", ["timeout", "openMetrics"]);
  const timeout = check.duration("timeout", 1_000, 10, 60_000);
  const format = check.flag("openMetrics", false) ? "openmetrics" : "prometheus";
  check.done();
  const workers = new Map<number, readonly Family[]>();
  const scrapes = new Map<number, Scrape>();
  const left = new Joined();
  let asked = 0;

  const answered = ({ id }: Worker, message: unknown): void => {
    if (!isAnswer(message)) return;
    workers.set(id, message.families.map(familyOf));
    if (message.scrape !== undefined) settle(scrapes.get(message.scrape), id);
  };
  const gone = ({ id }: Worker): void => {
    left.addCounted(workers.get(id) ?? []);
    workers.delete(id);
    for (const scrape of scrapes.values()) settle(scrape, id);
  };
  cluster.on("message", answered);
  // Not at its exit, which may come before its last message was read.
  cluster.on("disconnect", gone);

  return {
    contentType: CONTENT_TYPES[format],
    async metrics() {
      const scrape = asked++;
      const live = Object.values(cluster.workers ?? {}).filter((worker) => worker?.isConnected()) as Worker[];
      const waiting = new Set(live.map(({ id }) => id));
      await new Promise<void>((resolve) => {
        if (live.length === 0) return resolve();
        const timer = setTimeout(resolve, timeout);
        const done = (): void => {
          clearTimeout(timer);
          resolve();
        };
        scrapes.set(scrape, { waiting, done });
        const question: Question = { sop: "metrics?", scrape };
        for (const worker of live) worker.send(question, (error) => error && settle(scrapes.get(scrape), worker.id));
      });
      scrapes.delete(scrape);
      const joined = new Joined().add(left.families());
      for (const families of workers.values()) joined.add(families);
      return textOf([...joined.families(), answeredFamily(live.length, waiting.size)], format);
    },
    close() {
      cluster.off("message", answered);
      cluster.off("disconnect", gone);
    },
  };
}

function settle(scrape: Scrape | undefined, worker: number): void {
  if (scrape?.waiting.delete(worker) && scrape.waiting.size === 0) scrape.done();
}

function answeredFamily(all: number, late: number): Family {
  return {
    name: "cluster_workers",
    help: "Workers by whether they answered this scrape; the last numbers of those that are late stand for them.",
    type: "gauge",
    aggregator: "sum",
    values: [
      { labels: { state: "answered" }, value: all - late },
      { labels: { state: "late" }, value: late },
    ],
  };
}

function isAnswer(message: unknown): message is Answer {
  return typeof message === "object" && message !== null && (message as Partial<Answer>).sop === "metrics";
}
