import { OptionCheck } from "@sop/core";

/** Options of `metricProducer`. */
export interface MetricProducerOptions {
  /**
   * How clients reach the service, told as `url.scheme`: a process behind a proxy that ends TLS cannot see it. Default `http`.
   */
  readonly scheme?: "http" | "https" | undefined;
}

/** Checks the options and fills in defaults. Throws `SOP_ERR_OPTION` that names every problem. */
export function readProducerOptions(options?: MetricProducerOptions): { readonly scheme: string } {
  const check = new OptionCheck(options, "", ["scheme"]);
  const scheme = check.oneOf("scheme", ["http", "https"], "http");
  check.done();
  return { scheme };
}
