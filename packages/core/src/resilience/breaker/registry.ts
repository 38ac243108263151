import { SopError } from "../../errors.js";
import { OptionCheck } from "../../options/check.js";
import { breakerSettings, CircuitBreaker } from "./breaker.js";
import { BREAKER_OPTION_NAMES, type BreakerOptions, type BreakerSettings, readBreakerOptions } from "./options.js";
import type { BreakerPorts } from "./ports.js";

/** The breakers of one Sop by name. Where there is no room for one more it refuses: a live breaker is never evicted. */
export class BreakerRegistry {
  readonly #ports: BreakerPorts;
  readonly #presets: ReadonlyMap<string, BreakerSettings>;
  readonly #most: number;
  readonly #breakers = new Map<string, CircuitBreaker>();

  /** `presets`: settings by name, for breakers that the code gives no options. `most`: how many there may be. */
  constructor(ports: BreakerPorts, presets: ReadonlyMap<string, BreakerSettings>, most: number) {
    this.#ports = ports;
    this.#presets = presets;
    this.#most = most;
  }

  /**
   * The one breaker of that name, made when first asked for. Options count when it is made: `reconfigure` changes it later.
   * Throws `SOP_ERR_OPTION` for a name that is none and for options that are wrong, `SOP_ERR_LIMIT` where there is no room.
   */
  get(name: string, options?: BreakerOptions): CircuitBreaker {
    const known = this.#breakers.get(name);
    if (known !== undefined) return known;
    const check = new OptionCheck({ name }, "breaker", ["name"]);
    check.text("name", undefined);
    check.done();
    const preset = options === undefined ? this.#presets.get(name) : undefined;
    const settings = preset ?? breakerSettings(options ?? {}, `breakers.${name}`);
    if (this.#breakers.size >= this.#most) {
      throw new SopError(
        "SOP_ERR_LIMIT",
        `no room for the breaker ${JSON.stringify(name)}: there are ${this.#most} already, which is maxBreakers. ` +
          "Name breakers after what is called, not after who calls",
      );
    }
    const breaker = new CircuitBreaker(name, settings, this.#ports);
    this.#breakers.set(name, breaker);
    return breaker;
  }

  /** The breaker of that name, where there is one. */
  find(name: string): CircuitBreaker | undefined {
    return this.#breakers.get(name);
  }

  /** All of them, in the order in which they were made. */
  all(): CircuitBreaker[] {
    return [...this.#breakers.values()];
  }
}

/** Settings by name of an object of options. Problems are collected in `check`. */
export function readPresets(check: OptionCheck, key: string): Map<string, BreakerSettings> {
  const presets = new Map<string, BreakerSettings>();
  const names = Object.keys(check.object(key));
  const all = check.nested(key, names);
  for (const name of names) presets.set(name, readBreakerOptions(all.nested(name, BREAKER_OPTION_NAMES)));
  return presets;
}
