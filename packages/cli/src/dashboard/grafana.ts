/** Grafana's dashboard in its JSON, as much of it as is made here; Grafana's own schema is what the tests hold it against. */
export interface Dashboard {
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly schemaVersion: number;
  readonly editable: boolean;
  readonly refresh: string;
  readonly time: { readonly from: string; readonly to: string };
  readonly timezone: string;
  readonly annotations: { readonly list: readonly never[] };
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly (Panel | Heading)[];
}

/** Where a panel's figures come from. */
export interface DataSource {
  readonly type: string;
  readonly uid: string;
}

/** What a person chooses above the panels. */
export interface Variable {
  readonly name: string;
  readonly label: string;
  readonly type: "datasource" | "query";
  readonly query: string | { readonly query: string; readonly refId: string };
  readonly [option: string]: unknown;
}

/** Where a panel is: the dashboard has 24 columns. */
interface Placed {
  readonly id: number;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

/** The heading of a row of panels. */
export interface Heading extends Placed {
  readonly type: "row";
  readonly title: string;
  readonly collapsed: boolean;
  readonly panels: readonly never[];
}

/** What is drawn: the options are each kind's own. */
export interface Drawn {
  readonly fieldConfig: { readonly defaults: object; readonly overrides: readonly never[] };
  readonly options: object;
}

/** A panel without its place. */
export interface Unplaced extends Drawn {
  readonly type: "timeseries" | "heatmap" | "state-timeline";
  readonly title: string;
  readonly description: string;
  readonly datasource: DataSource;
  readonly targets: readonly object[];
}

/** A panel. */
export interface Panel extends Unplaced, Placed {}
