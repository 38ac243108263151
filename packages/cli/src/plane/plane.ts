import type { IncomingMessage } from "node:http";
import { Exchange, type Question, readText } from "./exchange.js";
import type { PlaneAddress } from "./find-plane.js";
import { type PlaneProblem, refused, unreachable } from "./plane-error.js";

/** What a path is asked with; `undefined` is left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Longer answers are no answers. */
const LIMIT = 64 * 2 ** 20;

/** The admin plane of a running service. Its methods throw a `PlaneError` that says what to do. */
export class Plane {
  readonly #exchange: Exchange;
  readonly #timeout: number;
  readonly #signal: AbortSignal;

  constructor(address: PlaneAddress, { timeout, signal }: { timeout: number; signal: AbortSignal }) {
    this.#exchange = new Exchange(address);
    this.#timeout = timeout;
    this.#signal = signal;
  }

  /** For people: `shop at http://127.0.0.1:9320`. */
  get name(): string {
    return this.#exchange.address.name;
  }

  /** Where it is: `http://127.0.0.1:9320`. */
  get url(): string {
    return this.#exchange.address.url.origin;
  }

  /** The JSON object that a path answers with. */
  get<T extends object>(path: string, query: Query = {}): Promise<T> {
    return this.#json({ method: "GET", path: withQuery(path, query), accept: "application/json" });
  }

  /** The text that a path answers with. */
  async getText(path: string, query: Query = {}, accept = "*/*"): Promise<string> {
    const answer = await this.#ask({ method: "GET", path: withQuery(path, query), accept });
    return this.#text(answer);
  }

  /** Sends JSON, and gives the JSON object that comes back. */
  send<T extends object>(method: "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<T> {
    return this.#json({ method, path, accept: "application/json", ...(body === undefined ? {} : { body }) });
  }

  /** The bytes that a path answers with, as they come. */
  download(path: string): Promise<IncomingMessage> {
    return this.#ask({ method: "GET", path, accept: "*/*" });
  }

  /** Opens a stream of events. */
  async stream(path: string, query: Query, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    const answer = await this.#ask({
      method: "GET",
      path: withQuery(path, query),
      accept: "text/event-stream",
      headers,
    });
    if (answer.headers["content-type"]?.startsWith("text/event-stream")) return answer;
    answer.destroy();
    throw unreachable(`${this.name} is no admin plane: it has no stream of events`);
  }

  /** Ends what is kept open. */
  close(): void {
    this.#exchange.close();
  }

  async #json<T extends object>(question: Question): Promise<T> {
    const answer = await this.#ask(question);
    const value = parse(await this.#text(answer));
    if (value === undefined) throw unreachable(`${this.name} is no admin plane: its answer is no JSON object`);
    return value as T;
  }

  async #ask(question: Question): Promise<IncomingMessage> {
    const answer = await this.#exchange.ask(question, this.#timeout, this.#signal);
    const { statusCode: status = 0, headers } = answer;
    if (status >= 200 && status < 300) return answer;
    const isProblem = headers["content-type"]?.startsWith("application/problem+json");
    const text = await this.#text(answer);
    const problem = isProblem ? (parse(text) as PlaneProblem | undefined) : undefined;
    throw refused(this.name, { status, retryAfter: headers["retry-after"], problem });
  }

  #text(answer: IncomingMessage): Promise<string> {
    return readText(answer, { name: this.name, timeout: this.#timeout, limit: LIMIT });
  }
}

function withQuery(path: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? path : `${path}?${search}`;
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
