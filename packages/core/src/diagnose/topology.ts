import type { RecordedWindow } from "./window/window.js";

/** Who calls whom, with how it went: routes of the service, and the hosts and pools behind them. */
export interface Topology {
  readonly nodes: readonly {
    readonly id: string;
    readonly kind: "route" | "host" | "pool";
    /** How it is, 0 (well) to 1 (nothing works): the share that failed, was given up, or is stuck. */
    readonly heat: number;
    readonly inFlight: number;
    readonly ended: number;
    /** Milliseconds; `undefined` where none ended. */
    readonly p50: number | undefined;
  }[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

/** What is known of the routes and of what they call; `undefined` where nothing was recorded of either. */
export function topologyOf({ routes, calls, pools }: RecordedWindow): Topology | undefined {
  if (!routes?.length && !calls?.length && !pools?.length) return undefined;
  const ids = new Set((routes ?? []).map(({ method, route }) => `${method} ${route}`));
  return {
    nodes: [
      ...(routes ?? []).map(({ method, route, inFlight, streaming, ended, failed, timedOut, canceled, p50 }) => ({
        id: `${method} ${route}`,
        kind: "route" as const,
        heat: share(failed + timedOut + canceled, ended, Math.max(0, inFlight - streaming)),
        inFlight,
        ended,
        p50,
      })),
      ...(calls ?? []).map(({ host, inFlight, ended, failed, p50 }) => ({
        id: host,
        kind: "host" as const,
        heat: share(failed, ended, inFlight),
        inFlight,
        ended,
        p50,
      })),
      ...(pools ?? []).map(({ name, used, max, waiting }) => ({
        id: name,
        kind: "pool" as const,
        heat: waiting > 0 ? 1 : max === undefined || max === 0 ? 0 : Math.min(1, used / max) / 2,
        inFlight: used + waiting,
        ended: 0,
        p50: undefined,
      })),
    ],
    edges: (calls ?? []).flatMap(({ host, from }) =>
      from.filter((route) => ids.has(route)).map((route) => ({ from: route, to: host })),
    ),
  };
}

/** What did not go well, of all that ended or has no end yet; what has no end counts for half, as it may still end well. */
function share(bad: number, ended: number, open: number): number {
  const whole = ended + open;
  return whole > 0 ? Math.min(1, (bad + open / 2) / whole) : 0;
}
