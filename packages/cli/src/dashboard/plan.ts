import { metricOf } from "@sop/node/metrics";

/** A query of a panel: its expression, and the name of its series by their labels. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

/** What a panel shows. */
export interface PanelPlan {
  readonly title: string;
  /** The metric that it is about: its help is the panel's description, its unit the panel's. */
  readonly metric: string;
  readonly queries: readonly Query[];
  /** Columns of 24. Default 8. */
  readonly width?: number;
  /** Default `lines`. `states`: 1 is shown as on, 0 as off. */
  readonly look?: "lines" | "stacked" | "heat" | "states";
  /** Grafana's name of a unit, where it is not the metric's own. */
  readonly unit?: string;
  /** Where `states` are good ones. */
  readonly isGood?: boolean;
  /** Whether traces of single requests are shown too. */
  readonly exemplars?: boolean;
}

/** Panels below a heading. */
export interface RowPlan {
  readonly title: string;
  readonly panels: readonly PanelPlan[];
}

const UNITS = { seconds: "s", bytes: "bytes", ratio: "percentunit" } as const;

/** Grafana's name of the unit of what a panel shows. */
export function unitOf({ metric, unit }: PanelPlan): string {
  const own = metricOf(metric).unit;
  return unit ?? (own in UNITS ? UNITS[own as keyof typeof UNITS] : "short");
}
