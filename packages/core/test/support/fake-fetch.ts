import type { Fetch } from "@sop/core";

export interface SentCall {
  readonly url: string;
  readonly init: RequestInit;
  readonly headers: Headers;
  answer(status?: number, body?: string | null): void;
  fail(error: unknown): void;
}

/** A `fetch` that answers when told to, and rejects with the reason of its signal. */
export function fakeFetch(): Fetch & { sent: SentCall[] } {
  const sent: SentCall[] = [];
  const fetch: Fetch = (input, init = {}) =>
    new Promise<Response>((resolve, reject) => {
      init.signal?.addEventListener("abort", () => reject(init.signal?.reason));
      sent.push({
        url: String(input instanceof Request ? input.url : input),
        init,
        headers: new Headers(init.headers),
        answer: (status = 200, body = "ok") => resolve(new Response(body, { status })),
        fail: reject,
      });
    });
  return Object.assign(fetch, { sent });
}
