import type { Limit } from "../endpoints/endpoint.js";
import { Refusal } from "../problem.js";
import { RateLimit } from "./rate.js";

const MINUTE = 60_000;
const SECOND = 1_000;

/** The bounds of how often something is done. */
export class Limits {
  readonly #snapshot: RateLimit;
  readonly #evidence: RateLimit;
  readonly #all: RateLimit;
  readonly #guesses: RateLimit;

  constructor(now: () => number) {
    this.#snapshot = new RateLimit(5, MINUTE, now);
    this.#evidence = new RateLimit(10, MINUTE, now);
    this.#all = new RateLimit(100, SECOND, now);
    this.#guesses = new RateLimit(10, MINUTE, now);
  }

  /** Any call of a caller who is known: at most 100 a second. */
  call(address: string, identity: string): void {
    refuse(this.#all.take(`${address} ${identity}`), "too many calls; 100 a second is the limit");
  }

  /** A call to an endpoint that has a limit of its own. */
  costly(limit: Limit, address: string): void {
    if (limit === "snapshot") refuse(this.#snapshot.take(address), "5 a minute for each address is the limit");
    else refuse(this.#evidence.take(""), "10 a minute for all callers together is the limit");
  }

  /** A wrong token: who guesses is told to wait. The right one is never asked this. */
  guess(address: string): void {
    refuse(this.#guesses.take(address), "too many wrong tokens");
  }
}

function refuse(wait: number, detail: string): void {
  if (wait === 0) return;
  const seconds = Math.ceil(wait / SECOND);
  throw new Refusal("SOP_ERR_RATE", "rate", detail, { headers: { "retry-after": String(seconds) } });
}
