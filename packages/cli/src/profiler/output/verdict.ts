import type { ChangedFigure, RouteChange } from "@sop/node/latency";

/** A figure that got worse by more than is allowed. */
export interface Worse {
  readonly route: string;
  readonly figure: ChangedFigure;
  /** By how much: of a quantile a share of what it was, of the error ratio a difference. */
  readonly by: number;
}

/** What got worse by more than the share `limit`, of figures that have requests enough. */
export function worseBy(changes: readonly RouteChange[], limit: number): Worse[] {
  return changes.flatMap((change) => {
    if (change.in !== "both") return [];
    const all = Object.entries(change.changes) as [ChangedFigure, (typeof change.changes)[ChangedFigure]][];
    return all
      .filter(([, { by, verdict, isJudged }]) => verdict === "worse" && isJudged && by > limit)
      .map(([figure, { by }]) => ({ route: change.route, figure, by }));
  });
}
