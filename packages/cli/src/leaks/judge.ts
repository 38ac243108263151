import { type Keeper, keepersOf } from "./keepers.js";
import type { Frame, Look, Site } from "./look.js";
import { type Trend, trendOf } from "./trend.js";

/** A site whose memory grows with each request. */
export interface Leak extends Trend {
  readonly frame: Frame;
  readonly caller: Frame | undefined;
  /** What is alive of it at the end, in bytes. */
  readonly bytes: number;
  /** What keeps it, in words: `listeners of "data" on a Socket, 120 to 3,480`; `undefined` where it is not known. */
  readonly keptBy: string | undefined;
  readonly kind: string;
}

/** What several looks at a service say. */
export interface Verdict {
  /** The one that grows most first. */
  readonly leaks: readonly Leak[];
  /** What holds more and more, whether or not a site was found. */
  readonly keepers: readonly Keeper[];
  readonly heap: Trend & { readonly from: number; readonly to: number };
  readonly external: Trend & { readonly from: number; readonly to: number };
  readonly requests: number;
  readonly seconds: number;
}

/** Samples that a site must have grown by: so many are no chance any more. */
const LEAST_SAMPLES = 12;
/** Of what the largest leak grows by; what grows by less is of the same leak, or none. */
const LEAST_SHARE = 0.02;
const LEAST_BYTES = 131_072;

/** Finds what leaks. Pure; needs four looks or more, of one sampling. */
export function judge(looks: readonly Look[]): Verdict {
  const [first, last] = [looks[1] as Look, looks.at(-1) as Look];
  const keepers = keepersOf(looks);
  const growing = last.sites
    .map((site) => ({
      site,
      trend: trendOf(
        looks.map((look) => sameIn(look, site)?.bytes ?? 0),
        looks,
      ),
    }))
    .filter(({ trend }) => trend.isSteady && trend.grown >= Math.max(LEAST_BYTES, LEAST_SAMPLES * last.interval))
    .sort((a, b) => b.trend.grown - a.trend.grown);
  const most = growing[0]?.trend.grown ?? 0;
  const leaks = growing
    .filter(({ trend }) => trend.grown >= LEAST_SHARE * most)
    .map(({ site, trend }): Leak => {
      const keeper = keeperOf(site, keepers);
      return {
        ...trend,
        frame: site.frame,
        caller: site.caller,
        bytes: site.bytes,
        keptBy: keeper?.words,
        kind: keeper?.kind ?? site.retained ?? "objects",
      };
    });
  const figure = (read: (look: Look) => number) => ({
    ...trendOf(looks.map(read), looks),
    from: read(first),
    to: read(last),
  });
  return {
    leaks,
    keepers,
    heap: figure(({ memory }) => memory.heapUsed),
    external: figure(({ memory }) => memory.external),
    requests: last.memory.requests - (looks[0] as Look).memory.requests,
    seconds: (Date.parse(last.asOf) - Date.parse((looks[0] as Look).asOf)) / 1_000,
  };
}

/** Whether anything leaks: a site, or memory outside of the heap, of which sites see next to nothing. */
export function isLeaking({ leaks, external }: Verdict): boolean {
  return leaks.length > 0 || (external.isSteady && external.grown >= 4 * LEAST_BYTES);
}

function sameIn({ sites }: Look, { frame }: Site): Site | undefined {
  return sites.find(({ frame: other }) => {
    return (
      other.function === frame.function &&
      other.file === frame.file &&
      other.line === frame.line &&
      other.column === frame.column
    );
  });
}

/** Which of the runtime's functions above a site belong to which keeper. */
const KINDS: Readonly<Record<string, readonly Keeper["kind"][]>> = {
  collection: ["map", "set"],
  array: ["array"],
  listeners: ["listeners"],
  timers: ["timers"],
  streams: ["unread"],
  buffers: ["buffers", "unread"],
};

/** What holds what a site allocates: one of the same kind, else what grows most. */
function keeperOf({ retained, frame, caller }: Site, keepers: readonly Keeper[]): Keeper | undefined {
  const unread = keepers.find(({ kind }) => kind === "unread");
  // An answer that nobody reads keeps its socket, its parser and its request.
  if (
    unread &&
    [frame, caller].some((one) => one?.package !== undefined && /undici|fetch|got|axios|request/.test(one.package))
  )
    return unread;
  const own = KINDS[retained ?? ""] ?? [];
  return keepers.find(({ kind }) => own.includes(kind)) ?? keepers[0];
}
