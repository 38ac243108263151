import { type CustomerRequest, customerRequest } from "./requests.ts";

/** What became of one request. */
export interface Outcome {
  readonly kind: CustomerRequest["kind"];
  /** When it was sent, and when its answer was there; milliseconds since 1970. */
  readonly sentAt: number;
  readonly endedAt: number;
  /** `undefined`: there was no answer. */
  readonly status: number | undefined;
  /** How often the shop asked its services for it: more than once where one of them was being started again. */
  readonly attempts: number;
  /** What was stored, where something was. */
  readonly stored: string | undefined;
  /** What was wrong, where it was not answered with a success: `503 SOP_DRAINING`, or why there was no answer. */
  readonly failure: string | undefined;
}

const PATIENCE = 20_000;
/** Seconds until all customers are there. */
const RAMP = 6;
const MAX_KEPT = 50_000;

/** Customers that send requests at a steady rate, whatever becomes of those before. */
export class Traffic {
  readonly #gateway: string;
  /** The last ones, at most 50,000. */
  readonly outcomes: Outcome[] = [];
  /** How many requests have ended. */
  answered = 0;
  /** How many of them were not answered with a success. */
  failed = 0;
  /** What was wrong with those, and how often. */
  readonly failures = new Map<string, number>();
  readonly #waiting = new Set<Promise<Outcome>>();
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;

  constructor(gateway: string) {
    this.#gateway = gateway;
  }

  /** Starts to send `rate` requests a second, fewer in the first seconds: a service that has just begun is slow. */
  start(rate: number): void {
    const started = performance.now();
    const tick = (): void => {
      const seconds = (performance.now() - started) / 1_000;
      const due = rate * (seconds < RAMP ? seconds ** 2 / (2 * RAMP) : seconds - RAMP / 2);
      while (this.#sent < due) this.#launch(customerRequest(this.#sent++));
    };
    this.#timer = setInterval(tick, 1_000 / rate);
  }

  /** Sends no more, and waits for what is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#waiting);
  }

  /** Sends one request, and gives what became of it. It is not counted. */
  async send({ kind, path, init }: CustomerRequest): Promise<Outcome & { readonly body: string }> {
    const sentAt = Date.now();
    const done = (rest: Omit<Outcome, "kind" | "sentAt" | "endedAt"> & { body: string }) => ({
      kind,
      sentAt,
      endedAt: Date.now(),
      ...rest,
    });
    try {
      const response = await fetch(this.#gateway + path, { ...init, signal: AbortSignal.timeout(PATIENCE) });
      const body = await response.text();
      const attempts = Number(response.headers.get("x-attempts") ?? 1);
      const { status } = response;
      return done({ status, attempts, stored: storedOf(body), failure: failureOf(status, body), body });
    } catch (error) {
      return done({ status: undefined, attempts: 1, stored: undefined, failure: reasonOf(error), body: "" });
    }
  }

  #launch(request: CustomerRequest): void {
    const sent = this.send(request);
    this.#waiting.add(sent);
    void sent.then(({ body: _, ...outcome }) => {
      this.#waiting.delete(sent);
      this.answered++;
      const { failure } = outcome;
      if (failure !== undefined) {
        this.failed++;
        this.failures.set(failure, (this.failures.get(failure) ?? 0) + 1);
      }
      this.outcomes.push(outcome);
      if (this.outcomes.length > MAX_KEPT) this.outcomes.splice(0, MAX_KEPT / 2);
    });
  }
}

/** Whether a request was not answered with a success. */
export function hasFailed({ failure }: Outcome): boolean {
  return failure !== undefined;
}

function failureOf(status: number, body: string): string | undefined {
  return status < 400 ? undefined : [status, /"code":"(\w+)"/.exec(body)?.[1]].filter(Boolean).join(" ");
}

/** Of a `fetch` that failed: what its socket said, else its own words. */
function reasonOf(error: unknown): string {
  const { name, cause } = error as Error & { cause?: { code?: string } };
  return cause?.code ?? name;
}

function storedOf(body: string): string | undefined {
  return /"stored":"(\w+)"/.exec(body)?.[1];
}
