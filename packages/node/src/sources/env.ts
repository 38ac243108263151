import { type ConfigSource, type ConfigUpdate, OptionCheck } from "@sop/core";
import { ended } from "./remote/ended.js";
import { FlagTable } from "./remote/flag-table.js";
import { readWord } from "./remote/value.js";

/** Options of `envSource`. */
export interface EnvSourceOptions {
  /** The source's name in logs and metrics. Default `env`. */
  readonly name?: string | undefined;
  /** What the variables begin with. Default `SOP_FLAG_`. */
  readonly prefix?: string | undefined;
  /** Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

const MAX_BYTES = 8 * 2 ** 20;

/**
 * Flags from the environment, as it is at the start. The name is what follows the prefix; one in capitals is read as
 * `REDIS__ENABLED`: `redis.enabled`, and `NEW_PRICING`: `new-pricing`. A value is JSON, or else a text. Throws `SOP_ERR_OPTION` for
 * options that are wrong.
 */
export function envSource(options?: EnvSourceOptions): ConfigSource {
  const check = new OptionCheck(options, "envSource", ["name", "prefix", "env"]);
  const name = check.text("name", "env");
  const prefix = check.text("prefix", "SOP_FLAG_");
  const env = options?.env === undefined ? process.env : check.object<string>("env");
  check.done();
  return {
    name,
    async *watch(signal) {
      yield read(name, prefix, env);
      await ended(signal);
    },
  };
}

function read(source: string, prefix: string, env: Readonly<Record<string, string | undefined>>): ConfigUpdate {
  const table = new FlagTable(source, MAX_BYTES, readWord);
  const twice: string[] = [];
  const variables = new Map<string, string>();
  for (const [variable, value] of Object.entries(env).sort()) {
    if (!variable.startsWith(prefix) || value === undefined) continue;
    const flag = flagOf(variable.slice(prefix.length));
    const other = variables.get(flag);
    if (other === undefined) table.put(flag, value);
    else twice.push(`${source}: flags.${flag}: ${variable} and ${other} are the same flag`);
    variables.set(flag, variable);
  }
  const snapshot = { revision: "environment", flags: table.flags() };
  return { state: "READY", snapshot, problems: [...table.problems(), ...twice] };
}

function flagOf(name: string): string {
  if (name !== name.toUpperCase()) return name;
  return name.toLowerCase().replaceAll("__", ".").replaceAll("_", "-");
}
