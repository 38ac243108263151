import { get } from "node:http";
import { setTimeout } from "node:timers/promises";

/** An answer; `undefined`: there was none in time. */
export interface Sent {
  readonly status: number;
  readonly body: string;
  /** Of the session, as it is sent back. */
  readonly cookie: string;
}

/** Sends one request, and waits for its answer for at most `patience` milliseconds. */
export async function send(url: string, init: RequestInit = {}, patience = 3_000): Promise<Sent | undefined> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(patience) });
    const cookie = response.headers.get("set-cookie")?.split(";")[0] ?? "";
    return { status: response.status, body: await response.text(), cookie };
  } catch {
    return undefined;
  }
}

/** Does something every `pause` milliseconds, whatever becomes of it, until `signal`. */
export async function every(pause: number, signal: AbortSignal, act: (n: number) => unknown): Promise<void> {
  for (let n = 0; !signal.aborted; n++) {
    void Promise.resolve(act(n)).catch(() => {});
    await setTimeout(pause, undefined, { signal }).catch(() => {});
  }
}

/** Asks for a download and leaves when it begins, as a player does that skips. Done when the connection is gone. */
export function leaveEarly(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false }, (response) => {
      response.once("close", () => resolve(response.statusCode === 200));
      response.destroy();
    });
    request.setTimeout(3_000, () => request.destroy());
    request.once("error", () => resolve(false));
  });
}
