import type { IncomingHttpHeaders } from "node:http";
import { Refusal } from "../problem.js";
import { hostNameOf, isOwnName } from "./host-name.js";

/** How the listener may be named. */
export interface OwnNames {
  readonly host: string;
  readonly allowedHosts: readonly string[];
  readonly isTls: boolean;
}

/**
 * Keeps web pages out: one whose name was made to point here (DNS rebinding) by `Host`, any other by `Origin` and `Sec-Fetch-Site`.
 * Programs send none of the latter.
 */
export function refusePages(headers: IncomingHttpHeaders, own: OwnNames): void {
  const name = hostNameOf(headers.host ?? "");
  if (name === undefined || !isOwnName(name, own.host, own.allowedHosts)) {
    throw new Refusal(
      "SOP_ERR_FORBIDDEN",
      "host",
      "the Host header names another machine; see the option allowedHosts",
    );
  }
  const { origin, "sec-fetch-site": site } = headers;
  const isForeign = origin !== undefined && origin !== `${own.isTls ? "https" : "http"}://${headers.host}`;
  if (isForeign || (site !== undefined && site !== "same-origin" && site !== "none")) {
    throw new Refusal("SOP_ERR_FORBIDDEN", "origin", "a web page of another origin cannot use this listener");
  }
}
