import type { Policy } from "../resilience/policy.js";

/** An answer that counts as a failure for those who guard the call, and is the caller's all the same. */
class FailedAnswer extends Error {
  readonly response: Response;

  constructor(host: string, response: Response) {
    super(`${host} answered with ${response.status}`);
    this.response = response;
  }
}

/** Calls `send` under `policy`, for which an answer of 500 to 599 is a failure; the answer is returned as it is. */
export async function guarded(
  policy: Policy,
  host: string,
  signal: AbortSignal,
  send: (signal: AbortSignal) => Promise<Response>,
): Promise<Response> {
  let last: Response | undefined;
  try {
    return await policy.execute(
      async (call) => {
        // Nobody else reads the answer of an attempt that failed, and it would keep its connection.
        void last?.body?.cancel();
        last = undefined;
        const response = await send(call.signal);
        if (response.status < 500) return response;
        last = response;
        throw new FailedAnswer(host, response);
      },
      { signal },
    );
  } catch (error) {
    if (error instanceof FailedAnswer) return error.response;
    throw error;
  }
}
