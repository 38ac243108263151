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

type WrittenLevel = Exclude<LogLevel, "silent">;

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

/** pino's number of a level: 20 for `debug`, then steps of 10. */
function numberOf(level: LogLevel): number {
  return (LOG_LEVELS.indexOf(level) + 2) * 10;
}

/** JSON lines in pino's format (`level, time, service, ..., msg`) through `write`, by default `console.log`. */
export function jsonLogger(
  service: string,
  level: LogLevel = "info",
  now: () => number = Date.now,
  write: (line: string) => void = (line) => console.log(line),
): Logger {
  return loggerOf((name, fields, message) => {
    const number = numberOf(name);
    if (number >= numberOf(level))
      write(JSON.stringify({ level: number, time: now(), service, ...fields, msg: message }));
  });
}

/** A logger whose four methods are one function. */
export function loggerOf(write: (level: WrittenLevel, fields: object, message: string | undefined) => void): Logger {
  const at =
    (level: WrittenLevel) =>
    (fields: object, message?: string): void =>
      write(level, fields, message);
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/**
 * Guards a user's logger: the first time it throws, that is reported once and `fallback` takes over,
 * so that no line is lost and no request is harmed.
 */
export function safeLogger(given: Logger, fallback: Logger): Logger {
  let target = given;
  const safe = loggerOf((level, fields, message) => {
    try {
      target[level](fields, message);
    } catch {
      if (target === fallback) return;
      target = fallback;
      safe.warn({ dropped: "logger" }, "logger dropped");
      safe[level](fields, message);
    }
  });
  return safe;
}
