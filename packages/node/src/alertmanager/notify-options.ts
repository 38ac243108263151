import { type Duration, OptionCheck, OptionError, type OptionProblem } from "@sop/core";
import { readEndpoints } from "../remote/endpoints.js";

/** Whom Alertmanager notifies. Secrets are files of Alertmanager's machine: none is ever part of its configuration. */
export interface NotifyOptions {
  /** A channel of Slack. `apiUrlFile` holds the address of its incoming webhook. */
  readonly slack?: { readonly apiUrlFile: string; readonly channel?: string | undefined } | undefined;
  /** Any receiver of Alertmanager's webhook; `credentialsFile` holds what is sent as `Authorization: Bearer`. */
  readonly webhook?: { readonly url: string; readonly credentialsFile?: string | undefined } | undefined;
  /** The way back: the admin plane of the service, whose incidents note their alerts. `tokenFile` holds an operator's token. */
  readonly timeline?:
    | {
        readonly url: string;
        readonly tokenFile: string;
        readonly caFile?: string | undefined;
        readonly certFile?: string | undefined;
        readonly keyFile?: string | undefined;
      }
    | undefined;
  /** How long alerts of one kind are gathered before the first message; 0 to 1 h, default `10s`. */
  readonly groupWait?: Duration | undefined;
  /** How long before a message about what has changed in them; 1 s to 24 h, default `1m`. */
  readonly groupInterval?: Duration | undefined;
  /** How long before it is said again; 1 m to 30 days, default `4h`. */
  readonly repeatInterval?: Duration | undefined;
}

/** The options with their defaults; times in milliseconds. */
export interface NotifySettings extends NotifyOptions {
  readonly groupWait: number;
  readonly groupInterval: number;
  readonly repeatInterval: number;
}

const OPTIONS: readonly (keyof NotifyOptions)[] = [
  "slack",
  "webhook",
  "timeline",
  "groupWait",
  "groupInterval",
  "repeatInterval",
];
const HOUR = 3_600_000;

/** Checks the options and fills in defaults. Throws `SOP_ERR_OPTION` that names every problem. */
export function readNotifyOptions(options: unknown, path: string): NotifySettings {
  const check = new OptionCheck(options, path, OPTIONS);
  const slack = check.nested("slack", ["apiUrlFile", "channel"]);
  const webhook = check.nested("webhook", ["url", "credentialsFile"]);
  const timeline = check.nested("timeline", ["url", "tokenFile", "caFile", "certFile", "keyFile"]);
  const optional = (from: OptionCheck, key: string): string | undefined =>
    from.value(key) === undefined ? undefined : from.text(key, undefined);
  const has = (key: keyof NotifyOptions): boolean => check.value(key) !== undefined;
  const settings: NotifySettings = {
    slack: has("slack")
      ? { apiUrlFile: slack.text("apiUrlFile", undefined), channel: optional(slack, "channel") }
      : undefined,
    webhook: has("webhook")
      ? { url: readEndpoints(webhook, "url")[0] ?? "", credentialsFile: optional(webhook, "credentialsFile") }
      : undefined,
    timeline: has("timeline")
      ? {
          url: readEndpoints(timeline, "url")[0] ?? "",
          tokenFile: timeline.text("tokenFile", undefined),
          caFile: optional(timeline, "caFile"),
          certFile: optional(timeline, "certFile"),
          keyFile: optional(timeline, "keyFile"),
        }
      : undefined,
    groupWait: check.duration("groupWait", 10_000, 0, HOUR),
    groupInterval: check.duration("groupInterval", 60_000, 1_000, 24 * HOUR),
    repeatInterval: check.duration("repeatInterval", 4 * HOUR, 60_000, 720 * HOUR),
  };
  try {
    check.done();
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw new OptionError(error.problems.map(withoutSecret));
  }
  return settings;
}

/** What is written in the wrong place may be the secret whose file was wanted. */
function withoutSecret(problem: OptionProblem): OptionProblem {
  const mayTell = problem.path.endsWith("url") || problem.allowed.startsWith("no such option");
  return mayTell ? { ...problem, value: "***" } : problem;
}
