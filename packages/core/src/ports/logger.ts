/** A pino-compatible logger: an object of fields first, then a message. */
export interface Logger {
  debug(fields: object, message?: string): void;
  info(fields: object, message?: string): void;
  warn(fields: object, message?: string): void;
  error(fields: object, message?: string): void;
  /** A logger that adds `bindings` to each line. Without it the fields are merged line by line. */
  child?(bindings: object): Logger;
}

/** The levels a line can have, from the least to the most important; `silent` writes nothing. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

const NUMBERS: Record<LogLevel, number> = { debug: 20, info: 30, warn: 40, error: 50, silent: Number.POSITIVE_INFINITY };

/** JSON lines in pino's format (`level, time, service, ..., msg`) through `write`, by default `console.log`. */
export function jsonLogger(
  service: string,
  level: LogLevel = "info",
  now: () => number = Date.now,
  write: (line: string) => void = (line) => console.log(line),
): Logger {
  const least = NUMBERS[level];
  const at = (name: Exclude<LogLevel, "silent">) => {
    const number = NUMBERS[name];
    return (fields: object, message?: string): void => {
      if (number >= least) write(JSON.stringify({ level: number, time: now(), service, ...fields, msg: message }));
    };
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/**
 * Guards a user's logger: the first time it throws, that is reported once and `fallback` takes over,
 * so that no line is lost and no request is harmed.
 */
export class SafeLogger implements Logger {
  #target: Logger;
  readonly #fallback: Logger;

  constructor(target: Logger, fallback: Logger) {
    this.#target = target;
    this.#fallback = fallback;
  }

  /** The logger in use: the user's own, or the fallback once that one threw. */
  get target(): Logger {
    return this.#target;
  }

  debug(fields: object, message?: string): void {
    this.#write("debug", fields, message);
  }

  info(fields: object, message?: string): void {
    this.#write("info", fields, message);
  }

  warn(fields: object, message?: string): void {
    this.#write("warn", fields, message);
  }

  error(fields: object, message?: string): void {
    this.#write("error", fields, message);
  }

  #write(level: "debug" | "info" | "warn" | "error", fields: object, message: string | undefined): void {
    try {
      this.#target[level](fields, message);
    } catch {
      if (this.#target === this.#fallback) return;
      this.#target = this.#fallback;
      this.warn({ dropped: "logger" }, "the logger threw and was dropped; lines go to the console");
      this.#write(level, fields, message);
    }
  }
}
