import { type MetricsOptions, OptionError, parseRules, type Rule, type RuleOptions } from "@sop/core";
import { ConfigProblem, readConfigFile } from "./config-file.js";
import { configPath, placed } from "./file-options.js";

/** The rules of a configuration file. */
export interface RulesFile {
  /** The service's name, where the file says it. */
  readonly service: string | undefined;
  readonly rules: readonly Rule[];
}

/**
 * Reads the rules of `path` (default: as `createSop` finds `sop.yaml`). Throws `SOP_ERR_OPTION` where there is no usable file, and for
 * rules that are wrong, each with its line.
 */
export function readRulesFile(path?: string): RulesFile {
  return readSection(path, ({ rules = [], metrics }, service) => ({
    service,
    rules: parseRules(rules as RuleOptions[], metrics as MetricsOptions),
  }));
}

/** Reads a part of a configuration file; what `read` throws gets its line. */
export function readSection<T>(
  path: string | undefined,
  read: (content: Readonly<Record<string, unknown>>, service: string | undefined) => T,
): T {
  const found = configPath(path);
  if (found === undefined) throw unusable(path, "a file: there is no sop.yaml here, and SOP_CONFIG names none");
  try {
    const file = readConfigFile(found);
    const { service } = file.content;
    try {
      return read(file.content, typeof service === "string" ? service : undefined);
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      throw new OptionError(error.problems.map((problem) => placed(problem, file, {})));
    }
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error;
    throw unusable(found, `a usable file, not ${error.message}`);
  }
}

function unusable(path: string | undefined, allowed: string): OptionError {
  return new OptionError([{ path: "config", value: JSON.stringify(path) ?? "nothing", allowed }]);
}
