import { heapHistoryOf } from "../../../profiles/attach.js";
import type { Asked } from "../endpoint.js";
import type { MainPartName, Parts } from "../parts.js";
import { readBreaker, readBreakers, readFailures } from "./breaker-parts.js";
import type { Desk } from "./desk.js";
import { readFlag, readFlags } from "./flag-parts.js";

/** Reads one part; `asked` is what it is read for, `undefined` when the last known ones are renewed. Quick, and of bounded size. */
type Reader<P extends MainPartName> = (desk: Desk, asked: Asked | undefined) => Parts[P];

const MOST_REQUESTS = 1_000;

/** How each part is read in the main thread. */
export const readers: { readonly [P in MainPartName]-?: Reader<P> } = {
  service: ({ sop, startedAt }) => {
    const { incident } = sop;
    return {
      name: sop.service,
      state: sop.state,
      startedAt,
      pid: process.pid,
      node: process.version,
      commit: process.env["SOP_VERSION_COMMIT"] || undefined,
      image: process.env["SOP_VERSION_IMAGE"] || undefined,
      incident: incident && {
        id: incident.id,
        openedAt: incident.openedAt,
        trigger: incident.triggers[0]?.kind ?? "unknown",
        triggerCount: incident.triggerCount,
        steps: [...new Set(incident.timeline.map(({ step }) => step))],
      },
    };
  },
  signals: ({ sop }) => sop.signals(),
  overload: ({ sop }) => sop.overload(),
  fleet: ({ sop }) => sop.fleet,
  rules: ({ sop }) => sop.rules(),
  sampling: ({ sop }) => {
    const history = heapHistoryOf(sop);
    return history && { interval: history.interval, since: history.since };
  },
  memory: ({ sop }) => {
    const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
    const resources: Record<string, number> = {};
    for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
    const requests = sop.metrics().requests.reduce((sum, { count }) => sum + count, 0);
    return { requests, heapUsed, external, arrayBuffers, rss, resources, entry: process.argv[1] };
  },
  sources: ({ sources }) => sources.read(),
  faults: ({ sop, faults }) => ({
    available: sop.faults !== undefined,
    injectors: sop.faults?.injectors.slice(0, 1_000) ?? [],
    override: faults.current,
  }),
  requests: ({ sop }) => ({ total: sop.signals().inFlight, rows: sop.requests(MOST_REQUESTS) }),
  breakers: readBreakers,
  breaker: readBreaker,
  failures: readFailures,
  flags: readFlags,
  flag: readFlag,
  latency: ({ latency }, asked) => latency.read((asked?.query as { since?: number } | undefined)?.since),
};

/** Reads parts of the main thread. */
export function readParts(
  names: readonly MainPartName[],
  desk: Desk,
  asked: Asked | undefined,
): Partial<Pick<Parts, MainPartName>> & Pick<Parts, "asOf"> {
  const parts = Object.fromEntries(names.map((name) => [name, readers[name](desk, asked)]));
  return { ...parts, asOf: Math.round(desk.clock.now()) };
}
