const ORIGIN = /^[a-z]+:\/\/[^/?#]*/;

/** The path of a request's target: Node has it alone, the web's `Request` with its origin. */
export function pathOf(url: string): string {
  const target = url.startsWith("/") ? url : url.replace(ORIGIN, "");
  const end = target.search(/[?#]/);
  return end === -1 ? target : target.slice(0, end);
}
