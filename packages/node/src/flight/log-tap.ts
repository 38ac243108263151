import type { Logger } from "@sop/core";
import { MASK, maskText } from "../forensics/mask.js";
import { isSecretName } from "../forensics/secret-names.js";

/** Told of lines at `warn` and above: their text is masked. */
export type LogListener = (level: "warn" | "error", what: string, requestId: string) => void;

/** A logger that others can listen to. */
export interface LogTap {
  readonly logger: Logger;
  listener: LogListener | undefined;
}

const MOST_LINES = 200;
const PERIOD = 1_000;
const MOST_FIELDS = 20;
const LONGEST_FIELD = 120;
const LONGEST = 600;
/** Characters of a text that are looked at: it is masked before it is cut, as half a secret has no form that tells. */
const LOOKED_AT = 2_000;
/** They are the same in each line of a request. */
const KNOWN = new Set(["request_id", "trace_id", "span_id", "client_ip", "user_agent_hash"]);

/** A logger that writes what it is given to `target`, as it is, and lets a listener have the lines at `warn` and above; 200 a second at most. */
export function tapLogger(target: Logger): LogTap {
  let left = MOST_LINES;
  let since = 0;
  const seen = (level: "warn" | "error", fields: object, message: string | undefined): void => {
    if (!tap.listener) return;
    const now = performance.now();
    if (now - since >= PERIOD) {
      since = now;
      left = MOST_LINES;
    }
    if (left-- > 0) tell(tap.listener, level, fields, message);
  };
  const tap: LogTap = {
    listener: undefined,
    logger: {
      debug: (fields, message) => target.debug(fields, message),
      info: (fields, message) => target.info(fields, message),
      warn(fields, message) {
        seen("warn", fields, message);
        target.warn(fields, message);
      },
      error(fields, message) {
        seen("error", fields, message);
        target.error(fields, message);
      },
    },
  };
  return tap;
}

/** Whether it is a logger at all. */
export function isLogger(value: unknown): value is Logger {
  const logger = Object(value) as Partial<Record<keyof Logger, unknown>>;
  return ([logger.debug, logger.info, logger.warn, logger.error] as const).every((one) => typeof one === "function");
}

function tell(listener: LogListener, level: "warn" | "error", fields: object, message: string | undefined): void {
  try {
    const { request_id: id } = fields as { readonly request_id?: unknown };
    listener(level, lineOf(fields, message), typeof id === "string" ? id : "");
  } catch {
    // A field whose getter throws: the line is the logger's to write.
  }
}

/** The message, and fields that are plain values; what is kept under a secret's name is masked. */
function lineOf(fields: object, message = ""): string {
  const said: string[] = [message.slice(0, LOOKED_AT)];
  for (const [name, value] of Object.entries(fields).slice(0, MOST_FIELDS)) {
    if (KNOWN.has(name)) continue;
    const text = isSecretName(name) ? MASK : plain(value);
    if (text !== undefined) said.push(`${name}=${maskText(text.slice(0, LOOKED_AT)).slice(0, LONGEST_FIELD)}`);
  }
  return maskText(said.join(" ")).replace(/\s+/g, " ").slice(0, LONGEST);
}

function plain(value: unknown): string | undefined {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  const { name, type, message } = Object(value) as Partial<Record<"name" | "type" | "message", unknown>>;
  return typeof message === "string" ? `${type ?? name ?? "Error"}: ${message}` : undefined;
}
