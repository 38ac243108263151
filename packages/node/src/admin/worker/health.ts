import type { Answer } from "../endpoints/endpoint.js";
import type { Pulse } from "../link/pulse.js";

/** A main thread that has not turned for so long is not alive, in milliseconds: nothing short of a restart is known to help. */
const DEAD = 30_000;
/** One that has not turned for so long takes no requests. */
const UNREADY = 1_000;

/** Whether the process is alive: 200, also while it drains or is blocked for a while, and 503 when it has been for 30 seconds. */
export function health(pulse: Pulse): Answer {
  return answer(pulse, pulse.stalled < DEAD);
}

/** Whether requests should be sent to it: 200 while it serves and turns, else 503. */
export function readiness(pulse: Pulse): Answer {
  return answer(pulse, pulse.state === "serving" && pulse.stalled < UNREADY);
}

function answer({ state, stalled }: Pulse, isFine: boolean): Answer {
  const word = stalled > 0 ? "blocked" : state;
  return { status: isFine ? 200 : 503, type: "text/plain; charset=utf-8", text: `${word}\n` };
}
