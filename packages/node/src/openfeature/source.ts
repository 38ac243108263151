import type { Client, EvaluationContext, Provider } from "@openfeature/server-sdk";
import { type ConfigSource, type Duration, OptionCheck } from "@sop/core";
import { type Asked, askClient, askProvider } from "./asked.js";
import { follow } from "./follow.js";

/** Options of `openFeatureSource`. */
export interface OpenFeatureSourceOptions {
  /** The names of the flags that are read: OpenFeature has no way to ask which there are. */
  readonly flags: readonly string[];
  /** The source's name in logs and metrics. Default `openfeature`. */
  readonly name?: string | undefined;
  /** What flags are evaluated for: this instance, not its requests. Default: an empty one. */
  readonly context?: EvaluationContext | undefined;
  /** How often it looks, whether the provider told of a change or not; 100 ms to 1 h, default `10s`. */
  readonly interval?: Duration | undefined;
  /** How long the flags may take to be read; 1 ms to 10 min, default `2s`. */
  readonly timeout?: Duration | undefined;
}

const KEYS = ["provider", "flags", "name", "context", "interval", "timeout"];

/**
 * Flags of any provider of OpenFeature's server SDK. A provider is initialised, and closed at the end; one that OpenFeature knows
 * already is given as its client (`OpenFeature.getClient()`), and left as it is. A flag that the provider does not know, or has
 * disabled, falls back to what is below; one that cannot be read keeps its last good value. Throws `SOP_ERR_OPTION` for options that
 * are wrong.
 */
export function openFeatureSource(provider: Provider | Client, options: OpenFeatureSourceOptions): ConfigSource {
  const check = new OptionCheck({ provider, ...Object(options) }, "openFeatureSource", KEYS);
  const isRight = isProvider(provider) || isClient(provider);
  if (!isRight) check.reject("provider", "a provider, or a client, of @openfeature/server-sdk");
  const flags = namesIn(check);
  const name = check.text("name", "openfeature");
  const context = check.object("context") as EvaluationContext;
  const interval = check.duration("interval", 10_000, 100, 3_600_000);
  const timeout = check.duration("timeout", 2_000, 1, 600_000);
  check.done();
  const asked: Asked = isProvider(provider) ? askProvider(provider, context) : askClient(provider, context);
  return { name, watch: (signal) => follow(asked, { flags, interval, timeout }, signal) };
}

function namesIn(check: OptionCheck): readonly string[] {
  const names = check.value("flags");
  if (Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === "string" && name !== "")) {
    return [...new Set(names)];
  }
  check.reject("flags", "a list of at least one flag's name");
  return [];
}

function isProvider(given: Provider | Client): given is Provider {
  return typeof Object(given).resolveBooleanEvaluation === "function";
}

function isClient(given: Provider | Client): given is Client {
  return typeof Object(given).getBooleanDetails === "function";
}
