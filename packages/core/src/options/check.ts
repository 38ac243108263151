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
    const usable = isObject(value) && !Array.isArray(value);
    this.#values = usable ? (value as Record<string, unknown>) : {};
    if (!usable && value !== undefined)
      this.#problems.push({ path: path || "options", value: show(value), allowed: "an object" });
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
    return this.#read(key, fallback, "a non-empty string", isText) ?? "";
  }

  /** A duration in milliseconds, between `min` and `max`, both inclusive. */
  duration<F extends number | undefined>(key: string, fallback: F, min = 0, max = 2 ** 31 - 1): number | F {
    const value = this.#values[key];
    if (value === undefined) return fallback;
    const ms = parseDuration(value);
    if (ms !== undefined && ms >= min && ms <= max) return ms;
    this.reject(key, `a duration of ${min} to ${max} ms, such as 500, "2s"`);
    return fallback;
  }

  /** A whole number between `min` and `max`, both inclusive. */
  integer(key: string, fallback: number, min: number, max: number): number {
    return this.#number(key, fallback, `a whole number of ${min} to ${max}`, (n) => {
      return Number.isInteger(n) && n >= min && n <= max;
    });
  }

  /** A number between `min` and `max`, both inclusive. */
  number(key: string, fallback: number, min: number, max: number): number {
    return this.#number(key, fallback, `a number of ${min} to ${max}`, (n) => n >= min && n <= max);
  }

  /** A ratio above 0, at most 1. */
  share(key: string, fallback: number): number {
    return this.#number(key, fallback, "a ratio above 0, at most 1", (n) => n > 0 && n <= 1);
  }

  /** A span in milliseconds, given as a number of seconds or as a duration with its unit. */
  seconds(key: string, fallback: number, min: number, max: number): number {
    const value = this.#values[key];
    const ms = typeof value === "number" ? value * 1_000 : parseDuration(value);
    if (value === undefined || (ms !== undefined && ms >= min && ms <= max)) return ms ?? fallback;
    this.reject(key, `${min / 1_000} to ${max / 1_000} seconds, such as 30 or "30s"`);
    return fallback;
  }

  /** True or false. */
  flag(key: string, fallback: boolean): boolean {
    return this.#read(key, fallback, "true or false", (value): value is boolean => typeof value === "boolean");
  }

  /** A function, where there is one. */
  fn<F extends (...args: never[]) => unknown>(key: string): F | undefined {
    const value = this.#values[key];
    if (value === undefined || typeof value === "function") return value as F | undefined;
    this.reject(key, "a function");
    return undefined;
  }

  /** The value as it was given, for options that may be of several kinds. */
  value(key: string): unknown {
    return this.#values[key];
  }

  /** One of a closed list of words. */
  oneOf<const T extends string>(key: string, words: readonly T[], fallback: T): T {
    const isWord = (value: unknown): value is T => words.includes(value as T);
    return this.#read(key, fallback, `one of "${words.join('", "')}"`, isWord);
  }

  /** An object whose values the caller checks. */
  object<T>(key: string): Readonly<Record<string, T>> {
    const isRecord = (value: unknown): value is Record<string, T> => isObject(value) && !Array.isArray(value);
    return this.#read(key, {}, "an object", isRecord);
  }

  /** A list, in which every item is an object. */
  objects<T extends object>(key: string): readonly T[] {
    const isList = (value: unknown): value is readonly T[] => Array.isArray(value) && value.every(isObject);
    return this.#read(key, [], "a list of objects", isList);
  }

  /** A list of nested objects of options, each at its index; their problems are reported together with these. */
  items(key: string, allowed: readonly string[]): OptionCheck[] {
    const path = this.#at(key);
    return this.objects(key).map((item, i) => new OptionCheck(item, `${path}.${i}`, allowed, this.#problems));
  }

  /** An object that has all of `methods`. */
  port<T extends object, F = T>(key: string, methods: readonly (keyof T & string)[], fallback: F): T | F {
    if (this.#values[key] === undefined) return fallback;
    const complete = (value: unknown): value is T =>
      isObject(value) && methods.every((method) => typeof (value as T)[method] === "function");
    return this.#read(key, fallback, `an object with the methods ${methods.join(", ")}`, complete);
  }

  /** Reports a problem with a key of this object. */
  reject(key: string, allowed: string): void {
    this.#problems.push({ path: this.#at(key), value: show(this.#values[key]), allowed });
  }

  /** Whether nothing was wrong so far. */
  get isFine(): boolean {
    return this.#problems.length === 0;
  }

  /** Throws an {@link OptionError} that names all problems found so far. */
  done(): void {
    if (this.#problems.length > 0) throw new OptionError(this.#problems);
  }

  #read<T, F>(key: string, fallback: F, allowed: string, accepts: (value: unknown) => value is T): T | F {
    const given = this.#values[key];
    const value = given === undefined ? fallback : given;
    if (accepts(value)) return value;
    this.reject(key, allowed);
    return fallback;
  }

  #number(key: string, fallback: number, allowed: string, accepts: (value: number) => boolean): number {
    const value = this.#values[key];
    if (value === undefined) return fallback;
    if (typeof value === "number" && accepts(value)) return value;
    this.reject(key, allowed);
    return fallback;
  }

  #at(key: string): string {
    return this.#path === "" ? key : `${this.#path}.${key}`;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "function") return "a function";
  let text = String(typeof value);
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    // A cycle, a bigint or a getter that throws: its type has to do.
  }
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
