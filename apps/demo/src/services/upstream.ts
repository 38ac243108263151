import { bulkhead, retry, type Sop, timeout } from "@sop/core";

const NOT_TAKEN = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);

/** An answer of another service, and how often it was asked for it. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly attempts: number;
}

/** Asks another service of the shop. */
export type Ask = (path: string, init: RequestInit, signal: AbortSignal) => Promise<Answer>;

/**
 * Protects the calls to another service of the shop. It is asked again for as long as it does not take the request: it drains, or it is
 * being started again. Whatever it does take, it is asked once. Everything in the shop may be sent twice: reading changes nothing, and
 * what is stored has a key. A breaker stops the calls where it fails or is slow; that it is away for a moment weighs little.
 */
export function upstream(sop: Sop, name: string, url: string): Ask {
  const calls = sop.policy(
    retry({
      attempts: 40,
      delay: "40ms",
      maxDelay: "400ms",
      idempotent: true,
      // A service that is started again is away for a second: all that comes meanwhile waits for it.
      budget: { ratio: 1, minPerSecond: 200, burst: 2_000 },
      retryOn: wasNotTaken,
    }),
    sop.breaker(name, {
      slidingWindowType: "time",
      slidingWindowSize: "10s",
      minimumNumberOfCalls: 50,
      slowCallDurationThreshold: "2s",
      waitDurationInOpenState: { initial: "500ms", max: "5s" },
      errorWeight: (error) => (wasNotTaken(error) ? 0.1 : 1),
    }),
    bulkhead({ name, maxConcurrent: 100, maxQueue: 400, maxWait: "3s" }),
    timeout("12s"),
  );
  return (path, init, signal) =>
    calls.execute(
      async (call) => answerOf(await sop.fetch(url + path, { ...init, signal: call.signal }), call.attempt),
      {
        signal,
      },
    );
}

/** The service has not begun with the request: it was not there, or is leaving. */
class NotTaken extends Error {
  override readonly name = "NotTaken";
}

async function answerOf(response: Response, attempt: number): Promise<Answer> {
  const { status, headers } = response;
  const body = await response.text();
  if (status === 503 && body.includes('"SOP_DRAINING"')) throw new NotTaken("it is draining");
  const further = Number(headers.get("x-attempts") ?? 1);
  const type = headers.get("content-type") ?? "application/octet-stream";
  return { status, type, body, attempts: Math.max(attempt, further) };
}

function wasNotTaken(error: unknown): boolean {
  const { cause } = Object(error) as { readonly cause?: { readonly code?: string } };
  return error instanceof NotTaken || NOT_TAKEN.has(cause?.code ?? "");
}
