/** What names an alert: two with the same labels are one. */
export type Labels = Readonly<Record<string, string>>;

/** An alert as the service knows it. Times are milliseconds since 1970. */
export interface Alert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: number;
  /** `undefined` while it fires. */
  readonly endedAt: number | undefined;
  /** Where to look next. */
  readonly generatorURL: string | undefined;
}

/** An alert in the form of Alertmanager's v2 API. */
export interface PostedAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string | undefined;
}

const MAX_TEXT = 1_024;

/** The same for the same labels, in whatever order. */
export function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Labels or annotations without what Alertmanager refuses or nobody reads: empty values, and texts without end. */
export function tidy(values: Readonly<Record<string, string | undefined>>): Labels {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value) kept[name] = value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT - 3)}...` : value;
  }
  return kept;
}

/** The alert as it is sent; `endsAt`: until when it fires, unless it is sent again. */
export function posted({ labels, annotations, startsAt, generatorURL }: Alert, endsAt: number): PostedAlert {
  return {
    labels,
    annotations,
    startsAt: new Date(startsAt).toISOString(),
    // An alert that ends before it starts is refused, and a clock that was set back can make one.
    endsAt: new Date(Math.max(startsAt, endsAt)).toISOString(),
    ...(generatorURL !== undefined && { generatorURL }),
  };
}
