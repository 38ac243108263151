import { setTimeout } from "node:timers/promises";

const PAUSE = 40;
const NOT_TAKEN = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);

/** An answer of another service, and how often it was asked for it. */
export interface Upstream {
  readonly response: Response;
  readonly attempts: number;
}

/**
 * Asks another service of the shop, again and again until `signal` says stop, for as long as it does not take the request: it drains,
 * or it is being started again. Whatever it does take, it is asked once. Everything in the shop may be sent twice: reading changes
 * nothing, and what is stored has a key.
 */
export async function ask(url: string, init: RequestInit, signal: AbortSignal): Promise<Upstream> {
  for (let attempts = 1; ; attempts++) {
    try {
      const response = await fetch(url, { ...init, signal });
      if (!(await isDraining(response))) return { response, attempts };
      await response.body?.cancel();
    } catch (error) {
      if (!wasNotTaken(error)) throw error;
    }
    await setTimeout(PAUSE, undefined, { signal });
  }
}

async function isDraining(response: Response): Promise<boolean> {
  if (response.status !== 503) return false;
  const { code } = Object(await response.clone().json()) as { readonly code?: unknown };
  return code === "SOP_DRAINING";
}

function wasNotTaken(error: unknown): boolean {
  const { cause } = Object(error) as { readonly cause?: { readonly code?: string } };
  return NOT_TAKEN.has(cause?.code ?? "");
}
