import { OptionError } from "@sop/core";
import { CommandError } from "../../command-error.js";
import { type FetchBounds, fetchText } from "./fetch-text.js";
import { MetricsSource, whyNoMetrics } from "./metrics-source.js";
import { apiAnswer, type ServerQuestion, ServerSource } from "./server-source.js";
import type { LatencySource } from "./source.js";

/** The source that a URL is: a server's API where it answers, else an exposition, which of a URL without a path is at `/metrics`. */
export async function openPrometheus(
  given: string,
  { server: asked, live }: { server: ServerQuestion; live: ServerQuestion },
  { signal, timeout, now }: { signal: AbortSignal; timeout: number; now: () => number },
): Promise<{ readonly source: LatencySource; readonly isLive: boolean }> {
  const url = readUrl(given);
  const bounds: FetchBounds = { limit: 64 * 2 ** 20, timeout, signal };
  const metrics = (at: URL) => ({ source: new MetricsSource(at, live, bounds, now), isLive: true });
  const server = { source: new ServerSource(url, asked, bounds, now), isLive: false };
  if (url.pathname === "/") return (await isServer(url, bounds)) ? server : metrics(new URL("/metrics", url));
  const answer = await fetchText(url, "text/plain", bounds);
  if (whyNoMetrics(answer) === undefined) return metrics(url);
  return (await isServer(url, bounds)) ? server : metrics(url);
}

/** Whether it answers a question that every server of that API can. */
async function isServer(base: URL, bounds: FetchBounds): Promise<boolean> {
  const url = new URL(`${base.pathname.replace(/\/$/, "")}/api/v1/query?query=1`, base);
  try {
    return apiAnswer(await fetchText(url, "application/json", bounds))?.status === "success";
  } catch (error) {
    // What closes the connection on a path that it does not know may still have metrics; the next question tells.
    if (error instanceof CommandError) return false;
    throw error;
  }
}

function readUrl(given: string): URL {
  const text = /^[a-z][a-z\d+.-]*:\/\//i.test(given) ? given : `http://${given}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.hostname !== "") return url;
  const allowed =
    "a URL of a Prometheus server or of metrics, such as http://127.0.0.1:9090 or http://127.0.0.1:3000/metrics";
  throw new OptionError([{ path: "--prometheus", value: JSON.stringify(given), allowed }]);
}
