import { OptionError } from "@sop/core";

/** The port that was given; 0 is any free one. Throws `SOP_ERR_OPTION` for what is none. */
export function readPort(given: string): number {
  const port = Number(given);
  if (/^\d+$/.test(given) && port <= 65_535) return port;
  throw new OptionError([{ path: "--port", value: JSON.stringify(given), allowed: "0 to 65535; 0 is any free port" }]);
}
