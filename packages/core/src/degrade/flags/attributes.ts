import { Context } from "../../request/context.js";
import { type HeaderBag, header } from "../../request/headers.js";
import type { RequestContext } from "../../request/request-context.js";
import { Attributes, member } from "../logic/values.js";

/** What a rule can know. */
export type Data = Attributes | Readonly<Record<string, unknown>>;

/** The labels of an instance, by name: `{ region: "eu" }`. */
export type Labels = Readonly<Record<string, string>>;

/**
 * The running request as rules see it: `requestId, traceId, route, method, clientIp, userAgentHash, headers.<name>, cookies.<name>,
 * labels.<name>`, `targetingKey`, and each other name that was `set` on the context. Nothing is copied: each is read when it is asked.
 */
export class RequestAttributes extends Attributes {
  readonly #request: RequestContext;
  readonly #labels: Labels;

  constructor(request: RequestContext, labels: Labels) {
    super();
    this.#request = request;
    this.#labels = labels;
  }

  get(name: string): unknown {
    const request = this.#request;
    switch (name) {
      case "targetingKey":
        return request.get("targetingKey") ?? request.get("userId");
      case "headers":
        return new HeaderAttributes(headersOf(request));
      case "cookies":
        return new CookieAttributes(headersOf(request));
      case "labels":
        return this.#labels;
      case "requestId":
        return request.id;
      case "traceId":
      case "route":
      case "method":
      case "clientIp":
      case "userAgentHash":
        return request[name];
      default:
        return request.get(name);
    }
  }
}

/** A context that was given, above what is known anyway. */
export class LayeredAttributes extends Attributes {
  readonly #given: Data;
  readonly #below: Data;

  constructor(given: Data, below: Data) {
    super();
    this.#given = given;
    this.#below = below;
  }

  get(name: string): unknown {
    return member(this.#given, name) ?? member(this.#below, name);
  }
}

class HeaderAttributes extends Attributes {
  readonly #headers: HeaderBag;

  constructor(headers: HeaderBag) {
    super();
    this.#headers = headers;
  }

  get(name: string): unknown {
    return header(this.#headers, name);
  }
}

class CookieAttributes extends Attributes {
  readonly #headers: HeaderBag;

  constructor(headers: HeaderBag) {
    super();
    this.#headers = headers;
  }

  get(name: string): unknown {
    return cookieIn(header(this.#headers, "cookie") ?? "", name);
  }
}

/** The first cookie of that name (RFC 6265, 4.2), as it was sent. */
function cookieIn(cookies: string, name: string): string | undefined {
  for (const pair of cookies.split(";")) {
    const equals = pair.indexOf("=");
    if (equals !== -1 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}

const NONE: HeaderBag = {};

/** Headers are the core's own: the context of another copy of this package does not show them. */
function headersOf(request: RequestContext): HeaderBag {
  return request instanceof Context ? request.headers : NONE;
}
