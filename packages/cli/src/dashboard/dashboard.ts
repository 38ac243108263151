import type { Dashboard, DataSource, Heading, Panel, Variable } from "./grafana.js";
import { panelOf } from "./panel.js";
import { ROWS } from "./rows.js";

/** What may be said of a dashboard. */
export interface DashboardOptions {
  readonly title: string;
  /** The uid of a data source; `undefined`: the dashboard asks which. */
  readonly datasource: string | undefined;
}

const COLUMNS = 24;
const HEIGHT = 8;
const WIDTH = 8;

/** A dashboard of Grafana that shows every metric of the table. */
export function dashboardOf({ title, datasource }: DashboardOptions): Dashboard {
  const source = { type: "prometheus", uid: datasource ?? "$datasource" };
  return {
    title,
    description: "Made by `sop dashboard` of SOP's metric table: make it anew rather than change it.",
    tags: ["sop"],
    // One that Grafana knows since version 9, and migrates from.
    schemaVersion: 39,
    editable: true,
    refresh: "30s",
    time: { from: "now-1h", to: "now" },
    timezone: "browser",
    annotations: { list: [] },
    templating: { list: [...(datasource === undefined ? [sourceVariable()] : []), ...variables(source)] },
    panels: placed(source),
  };
}

function placed(source: DataSource): (Panel | Heading)[] {
  const panels: (Panel | Heading)[] = [];
  let y = 0;
  for (const row of ROWS) {
    panels.push({ ...heading(row.title), id: panels.length + 1, gridPos: { x: 0, y, w: COLUMNS, h: 1 } });
    y++;
    let x = 0;
    for (const plan of row.panels) {
      const w = plan.width ?? WIDTH;
      if (x + w > COLUMNS) {
        x = 0;
        y += HEIGHT;
      }
      panels.push({ ...panelOf(plan, source), id: panels.length + 1, gridPos: { x, y, w, h: HEIGHT } });
      x += w;
    }
    y += HEIGHT;
  }
  return panels;
}

function heading(title: string): Omit<Heading, "id" | "gridPos"> {
  return { type: "row", title, collapsed: false, panels: [] };
}

function sourceVariable(): Variable {
  return { name: "datasource", label: "Data source", type: "datasource", query: "prometheus" };
}

function variables(datasource: DataSource): Variable[] {
  const chooser = (name: string, label: string, query: string): Variable => ({
    name,
    label,
    type: "query",
    datasource,
    query: { query, refId: name },
    // Whenever the time range changes.
    refresh: 2,
    includeAll: true,
    multi: true,
    allValue: ".+",
    current: { selected: true, text: ["All"], value: ["$__all"] },
  });
  return [
    chooser("job", "Job", "label_values(service_state, job)"),
    chooser("instance", "Instance", 'label_values(service_state{job=~"$job"}, instance)'),
  ];
}
