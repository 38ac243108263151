import { OptionError, type OptionProblem, parseDuration } from "@sop/core";

/** The options of `sop run`, as they are given. */
export interface RunOptions {
  readonly restart?: string;
  readonly maxRestarts?: string;
  readonly backoff?: string;
  readonly maxBackoff?: string;
  readonly listen?: string;
  readonly attach?: boolean;
  readonly json?: boolean;
}

/** When a process that ended is started again. */
export type RestartPolicy = "on-failure" | "always" | "never";

/** Where the supervisor listens. */
export interface ListenAddress {
  /** `undefined`: at all addresses. */
  readonly host: string | undefined;
  readonly port: number;
}

/** What they mean. Times are milliseconds. */
export interface RunSettings {
  readonly restart: RestartPolicy;
  /** How often a process may end early, one after the other. */
  readonly maxRestarts: number;
  readonly backoff: number;
  readonly maxBackoff: number;
  readonly listen: ListenAddress | undefined;
  readonly attach: boolean;
  readonly json: boolean;
}

const POLICIES: readonly RestartPolicy[] = ["on-failure", "always", "never"];
const LISTEN = /^(?:(\[[\da-f:.]+\]|[\w.-]+):)?(\d{1,5})$/i;

/** Reads the options. Throws `SOP_ERR_OPTION` that names every problem. */
export function readRunOptions(given: RunOptions): RunSettings {
  const problems: OptionProblem[] = [];
  const wrong = (path: string, value: unknown, allowed: string): void => {
    problems.push({ path, value: JSON.stringify(value), allowed });
  };
  const duration = (path: string, value: string | undefined, usual: number): number => {
    const ms = value === undefined ? usual : parseDuration(value);
    if (ms !== undefined && ms >= 10 && ms <= 3_600_000) return ms;
    wrong(path, value, "a duration of 10ms to 1h, such as 250ms or 30s");
    return usual;
  };
  const restart = POLICIES.find((policy) => policy === (given.restart ?? "on-failure"));
  if (restart === undefined) wrong("--restart", given.restart, `one of ${POLICIES.join(", ")}`);
  const most = given.maxRestarts === undefined ? Number.POSITIVE_INFINITY : Number(given.maxRestarts);
  if (Number.isNaN(most) || most < 1 || (Number.isFinite(most) && !Number.isInteger(most))) {
    wrong("--max-restarts", given.maxRestarts, "a whole number from 1 on");
  }
  const settings: RunSettings = {
    restart: restart ?? "on-failure",
    maxRestarts: most,
    backoff: duration("--backoff", given.backoff, 250),
    maxBackoff: duration("--max-backoff", given.maxBackoff, 30_000),
    listen: given.listen === undefined ? undefined : addressOf(given.listen, wrong),
    attach: given.attach ?? true,
    json: given.json ?? false,
  };
  if (problems.length > 0) throw new OptionError(problems);
  return settings;
}

function addressOf(
  text: string,
  wrong: (path: string, value: unknown, allowed: string) => void,
): ListenAddress | undefined {
  const [, host, port] = LISTEN.exec(text) ?? [];
  if (port === undefined || Number(port) < 1 || Number(port) > 65_535) {
    wrong("--listen", text, "a port, or an address and a port: 3000, 127.0.0.1:3000, [::1]:3000");
    return undefined;
  }
  return { host: host?.replace(/^\[|\]$/g, ""), port: Number(port) };
}
