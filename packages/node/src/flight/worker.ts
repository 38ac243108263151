import { isMainThread, parentPort, workerData } from "node:worker_threads";
import type { Morgue } from "./dead-incident.js";
import { postMortem } from "./post-mortem.js";

/** What the thread that looks for the dead is started with. */
export interface SearchStart {
  /** Tells this worker from any other use of its file. */
  readonly sopSearch: true;
  readonly morgue: Morgue;
  readonly service: string;
}

/** What it found. */
export interface SearchResult {
  readonly incidents: readonly {
    readonly id: string;
    readonly dir: string;
    readonly cause: string;
    readonly summary: string;
  }[];
  readonly failed: readonly { readonly box: string; readonly reason: string }[];
}

const AGAIN = 11_000;

// The file that is started as a worker thread. Imported by anyone else it does nothing.
const start = workerData as Partial<SearchStart> | null;
if (!isMainThread && parentPort && start?.sopSearch) search(start as SearchStart, parentPort);

function search({ morgue, service }: SearchStart, port: NonNullable<typeof parentPort>, isAgain = false): void {
  const { incidents, failed, later } = postMortem(morgue, service);
  const result: SearchResult = {
    incidents: incidents.map(({ id, dir, diagnosis: { root_cause: cause, summary } }) => ({ id, dir, cause, summary })),
    failed,
  };
  port.postMessage(result);
  // Once more: by then it can be told of all.
  if (later && !isAgain) setTimeout(() => search({ sopSearch: true, morgue, service }, port, true), AGAIN);
}
