import { metricOf } from "@sop/node/metrics";
import type { DataSource, Drawn, Unplaced } from "./grafana.js";
import { type PanelPlan, unitOf } from "./plan.js";

const LEGEND = { displayMode: "list", placement: "bottom", showLegend: true, calcs: [] };
const TOOLTIP = { mode: "multi", sort: "desc" };
const TYPES = { lines: "timeseries", stacked: "timeseries", heat: "heatmap", states: "state-timeline" } as const;

/** A panel in Grafana's form, but for its place. */
export function panelOf(plan: PanelPlan, datasource: DataSource): Unplaced {
  const { title, metric, look = "lines", exemplars = false } = plan;
  return {
    type: TYPES[look],
    title,
    description: metricOf(metric).help,
    datasource,
    targets: plan.queries.map(({ expr, legend }, i) => ({
      refId: String.fromCharCode(65 + i),
      datasource,
      expr,
      legendFormat: legend,
      range: true,
      ...(exemplars && { exemplar: true }),
      ...(look === "heat" && { format: "heatmap" }),
    })),
    ...LOOKS[look](plan),
  };
}

const LOOKS: Record<NonNullable<PanelPlan["look"]>, (plan: PanelPlan) => Drawn> = {
  lines: (plan) => series(plan, {}),
  stacked: (plan) => series(plan, { fillOpacity: 40, stacking: { group: "A", mode: "normal" } }),
  heat: (plan) => ({
    fieldConfig: { defaults: {}, overrides: [] },
    options: {
      calculate: false,
      // Cividis: as different to colour-blind people as to others.
      color: { mode: "scheme", scheme: "Cividis", steps: 64, exponent: 0.5, fill: "dark-orange", reverse: false },
      yAxis: { unit: unitOf(plan), axisPlacement: "left" },
      cellGap: 1,
      legend: { show: true },
      tooltip: { mode: "single", yHistogram: true, showColorScale: true },
      filterValues: { le: 1e-9 },
      exemplars: { color: "rgba(255,0,255,0.7)" },
      showValue: "never",
      rowsFrame: { layout: "auto" },
    },
  }),
  states: ({ isGood }) => ({
    fieldConfig: {
      defaults: {
        unit: "short",
        color: { mode: "thresholds" },
        thresholds: {
          mode: "absolute",
          steps: [
            { color: "transparent", value: null },
            { color: isGood ? "blue" : "orange", value: 1 },
          ],
        },
        mappings: [
          {
            type: "value",
            options: { "0": { text: " ", index: 0 }, "1": { text: "yes", index: 1 } },
          },
        ],
        custom: { fillOpacity: 70, lineWidth: 0 },
      },
      overrides: [],
    },
    options: { showValue: "never", rowHeight: 0.8, mergeValues: true, legend: LEGEND, tooltip: TOOLTIP },
  }),
};

function series(plan: PanelPlan, custom: Record<string, unknown>): Drawn {
  return {
    fieldConfig: {
      defaults: {
        unit: unitOf(plan),
        min: 0,
        custom: { drawStyle: "line", lineWidth: 1, spanNulls: false, ...custom },
      },
      overrides: [],
    },
    options: { legend: LEGEND, tooltip: TOOLTIP },
  };
}
