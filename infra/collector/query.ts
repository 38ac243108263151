/** The value of each series that an expression gives, by the labels that matter. */
export async function query(
  prometheus: string,
  expression: string,
  keyOf: (labels: Readonly<Record<string, string>>) => string,
): Promise<Record<string, number>> {
  const answer = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(expression)}`);
  const { data } = (await answer.json()) as Answer;
  return Object.fromEntries(data.result.map(({ metric, value }) => [keyOf(metric), Number(value[1])]));
}

interface Answer {
  readonly data: {
    readonly result: readonly {
      readonly metric: Record<string, string>;
      readonly value: [at: number, value: string];
    }[];
  };
}

/** A request's series, as it is scraped. */
export const scraped = ({ method, route, status, le }: Readonly<Record<string, string>>): string =>
  [method, route, status, bound(le)].join(" ");

/** The same, as it comes over OpenTelemetry's conventions. */
export function pushed(labels: Readonly<Record<string, string>>): string {
  const { http_request_method: method, http_route: route = "unmatched", http_response_status_code: status } = labels;
  const canceled = labels["error_type"] === "canceled" ? "499" : undefined;
  return [method === "_OTHER" ? "other" : method, route, status ?? canceled, bound(labels["le"])].join(" ");
}

/** A bound is written in more than one way. */
export function bound(le: string | undefined): string {
  return le === undefined ? "" : String(Number(le.replace("+Inf", "Infinity")));
}
