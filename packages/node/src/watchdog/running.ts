import type { Sop } from "@sop/core";

/** What the watchdog asks the main thread that it has stopped: which request its code runs for. */
export interface RunningRequest {
  readonly id: string;
  readonly method: string;
  readonly route: string;
}

const KEY = "sop.running";
const LONGEST = 256;

/** The expression that is evaluated in the stopped thread: it is always this one, and nothing that came from outside is in it. */
export const ASK_RUNNING: string = `globalThis[Symbol.for(${JSON.stringify(KEY)})]?.()`;

/** Lets the watchdog ask which request the running code belongs to. Returns a function that ends that. */
export function tellRunning(sop: Sop): () => void {
  const running = (): RunningRequest | undefined => {
    const context = sop.current();
    if (context === undefined) return undefined;
    const { id, method, route } = context;
    return { id: id.slice(0, LONGEST), method: method.slice(0, LONGEST), route: route.slice(0, LONGEST) };
  };
  const place = globalThis as { [key: symbol]: unknown };
  const key = Symbol.for(KEY);
  place[key] = running;
  return () => {
    if (place[key] === running) delete place[key];
  };
}
