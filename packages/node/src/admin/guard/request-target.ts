import { Refusal } from "../problem.js";

/** What a request line asks for. */
export interface Target {
  /** As it was sent. */
  readonly path: string;
  readonly query: URLSearchParams;
}

const PATH = /^(?:\/(?:[\w\-.~!$&'()*+,=:@]|%[\da-f]{2})+)+\/?$|^\/$/i;
const TRICK = /%(?:0|1|7f|2e%2e|2e(?:\/|$|%2f))|\/\.{1,2}(?:\/|$)|(?:%2e\.|\.%2e)/i;
const MAX_LENGTH = 2_048;

/**
 * Takes a request line's target apart. Refuses what proxies, files or frameworks are known to read in two ways: absolute and other
 * forms, empty and dotted segments, `;`, control characters, also where they are encoded. Nothing is made right in silence.
 */
export function readTarget(url: string): Target {
  const at = url.indexOf("?");
  const path = at < 0 ? url : url.slice(0, at);
  if (url.length > MAX_LENGTH || !PATH.test(path) || TRICK.test(path)) {
    throw new Refusal("SOP_ERR_REQUEST", "path", "the path is not one that this listener takes");
  }
  return { path, query: new URLSearchParams(at < 0 ? "" : url.slice(at + 1)) };
}
