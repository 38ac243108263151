import { metricOf } from "@sop/node/metrics";

/** What a selector asks of labels: a value, or with `~` before it a regular expression. */
export type Matchers = Readonly<Record<string, string>>;

/** Which instances the dashboard is about, by its variables. */
const CHOSEN = 'job=~"$job",instance=~"$instance"';
/** Over how long a rate is taken: Grafana has it follow the scrape interval and the zoom. */
const RANGE = "[$__rate_interval]";

/** The series of a metric of the table. Throws an error for a metric or a label that it does not have. */
export function select(name: string, matchers: Matchers = {}): string {
  return selector(name, name, matchers);
}

/** The sum over instances, now; `by` may be labels of the metric. */
export function sum(name: string, by: readonly string[] = [], matchers?: Matchers): string {
  return `sum ${grouping(name, by)}(${select(name, matchers)})`;
}

/** The greatest of all instances, now. */
export function max(name: string, by: readonly string[] = [], matchers?: Matchers): string {
  return `max ${grouping(name, by)}(${select(name, matchers)})`;
}

/** How often a second. */
export function rate(name: string, by: readonly string[] = [], matchers?: Matchers): string {
  return `sum ${grouping(name, by)}(rate(${select(name, matchers)}${RANGE}))`;
}

/** How often between two points of the graph. */
export function increase(name: string, by: readonly string[] = [], matchers?: Matchers): string {
  return `sum ${grouping(name, by)}(increase(${select(name, matchers)}${RANGE}))`;
}

/** How often a gauge has changed, of each instance. */
export function changes(name: string): string {
  return `changes(${select(name)}${RANGE})`;
}

/** The quantile `q` of a histogram. */
export function quantile(q: number, name: string, by: readonly string[] = []): string {
  return `histogram_quantile(${q}, sum ${grouping(name, by, ["le"])}(rate(${buckets(name)}${RANGE})))`;
}

/** What came into each bucket of a histogram between two points of the graph. */
export function heat(name: string): string {
  return `sum by (le) (increase(${buckets(name)}${RANGE}))`;
}

/** How often a histogram counted, a second. */
export function countRate(name: string, by: readonly string[], matchers: Matchers = {}): string {
  return `sum ${grouping(name, by)}(rate(${selector(name, `${name}_count`, matchers)}${RANGE}))`;
}

function buckets(name: string): string {
  if (metricOf(name).kind !== "histogram") throw new Error(`${name} is no histogram`);
  return selector(name, `${name}_bucket`, {});
}

function selector(name: string, series: string, matchers: Matchers): string {
  checkLabels(name, Object.keys(matchers));
  const more = Object.entries(matchers).map(([label, value]) => {
    return value.startsWith("~") ? `,${label}=~"${value.slice(1)}"` : `,${label}="${value}"`;
  });
  return `${series}{${CHOSEN}${more.join("")}}`;
}

function grouping(name: string, by: readonly string[], always: readonly string[] = []): string {
  checkLabels(
    name,
    by.filter((label) => label !== "instance"),
  );
  const labels = [...by, ...always];
  return labels.length === 0 ? "" : `by (${labels.join(", ")}) `;
}

function checkLabels(name: string, labels: readonly string[]): void {
  const known = metricOf(name).labels;
  const wrong = labels.filter((label) => !known.includes(label));
  if (wrong.length > 0) throw new Error(`${name} has no label ${wrong.join(", ")}`);
}
