import { OptionError, type OptionProblem } from "../errors.js";
import { parseDuration } from "./duration.js";

/**
 * Reads one options object, collecting every problem instead of stopping at the first.
 * Each reader returns the default where the value is absent or wrong; `done` throws if anything was wrong.
 */
export class OptionCheck {
  readonly #problems: OptionProblem[];
  readonly #path: string;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(value: unknown, path: string, allowed: readonly string[], problems: OptionProblem[] = []) {
    this.#problems = problems;
    this.#path = path;
    const usable = value === undefined || (typeof value === "object" && value !== null && !Array.isArray(value));
    this.#values = usable && value !== undefined ? (value as Record<string, unknown>) : {};
    if (!usable) this.#problems.push({ path: path || "options", value: show(value), allowed: "an object" });
    for (const key of Object.keys(this.#values)) {
      if (!allowed.includes(key)) {
        this.#problems.push({
          path: this.#at(key),
          value: show(this.#values[key]),
          allowed: `no such option; known are ${allowed.join(", ")}`,
        });
      }
    }
  }

  /** A nested object of options; its problems are reported together with these. */
  nested(key: string, allowed: readonly string[]): OptionCheck {
    return new OptionCheck(this.#values[key], this.#at(key), allowed, this.#problems);
  }

  /** A non-empty string. */
  text(key: string, fallback: string | undefined): string {
    const value = this.#values[key] ?? fallback;
    if (typeof value === "string" && value.trim() !== "") return value;
    this.reject(key, "a non-empty string");
    return "";
  }

  /** A duration in milliseconds, between `min` and `max`, both inclusive. */
  duration<F extends number | undefined>(key: string, fallback: F, min = 0, max = 2 ** 31 - 1): number | F {
    const value = this.#values[key];
    if (value === undefined) return fallback;
    const ms = parseDuration(value);
    if (ms !== undefined && ms >= min && ms <= max) return ms;
    this.reject(key, `a duration of ${min} to ${max} ms, as a number of milliseconds or like "250ms", "30s", "2m", "1h"`);
    return fallback;
  }

  /** A whole number between `min` and `max`, both inclusive. */
  integer(key: string, fallback: number, min: number, max: number): number {
    const value = this.#values[key] ?? fallback;
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
    this.reject(key, `a whole number of ${min} to ${max}`);
    return fallback;
  }

  /** One of a closed list of words. */
  oneOf<const T extends string>(key: string, words: readonly T[], fallback: T): T {
    const value = this.#values[key] ?? fallback;
    const word = words.find((w) => w === value);
    if (word !== undefined) return word;
    this.reject(key, `one of ${words.map((w) => `"${w}"`).join(", ")}`);
    return fallback;
  }

  /** A list, in which every item is an object. */
  objects<T extends object>(key: string): readonly T[] {
    const value = this.#values[key] ?? [];
    if (Array.isArray(value) && value.every((item) => typeof item === "object" && item !== null)) return value as T[];
    this.reject(key, "a list of objects");
    return [];
  }

  /** An object that has all of `methods`. */
  port<T extends object>(key: string, methods: readonly (keyof T & string)[], fallback: T): T {
    const value = this.#values[key];
    if (value === undefined) return fallback;
    const given = value as T;
    const missing =
      typeof value === "object" && value !== null ? methods.filter((m) => typeof given[m] !== "function") : methods;
    if (missing.length === 0) return given;
    this.reject(key, `an object with the methods ${methods.join(", ")} (missing: ${missing.join(", ")})`);
    return fallback;
  }

  /** The raw value of a key, for checks that only the caller can make. */
  raw(key: string): unknown {
    return this.#values[key];
  }

  /** Reports a problem with a key of this object. */
  reject(key: string, allowed: string): void {
    this.#problems.push({ path: this.#at(key), value: show(this.#values[key]), allowed });
  }

  /** Throws an {@link OptionError} that names all problems found so far. */
  done(): void {
    if (this.#problems.length > 0) throw new OptionError(this.#problems);
  }

  #at(key: string): string {
    return this.#path === "" ? key : `${this.#path}.${key}`;
  }
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "function") return "a function";
  if (typeof value === "bigint" || typeof value === "symbol") return String(value);
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    text = Object.prototype.toString.call(value);
  }
  text ??= typeof value;
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
