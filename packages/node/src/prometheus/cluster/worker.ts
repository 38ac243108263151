import cluster from "node:cluster";
import type { Sop } from "@sop/core";
import type { Registry } from "prom-client";
import { type Answer, familiesOf, type Question } from "./message.js";

/**
 * In a worker of `node:cluster`: answers the primary's `clusterMetrics` with what `registry` has, and tells it the last numbers when the
 * worker has drained. Elsewhere it does nothing. Returns a function that stops it.
 */
export function reportToPrimary(sop: Sop, registry: Registry): () => void {
  if (!cluster.isWorker) return () => {};
  const tell = async (scrape?: number): Promise<void> => {
    const families = await familiesOf(registry);
    const answer: Answer = { sop: "metrics", ...(scrape !== undefined && { scrape }), families };
    // One that cannot be sent any more has nobody to go to.
    if (process.connected) await new Promise<void>((resolve) => process.send?.(answer, () => resolve()));
  };
  const listener = (message: unknown): void => {
    if (!isQuestion(message)) return;
    tell(message.scrape).catch((err: unknown) => sop.log.warn({ err }, "metrics: the primary gets no answer"));
  };
  process.on("message", listener);
  const forget = sop.onDrain(() => tell());
  return () => {
    process.off("message", listener);
    forget();
  };
}

function isQuestion(message: unknown): message is Question {
  return typeof message === "object" && message !== null && (message as Partial<Question>).sop === "metrics?";
}
