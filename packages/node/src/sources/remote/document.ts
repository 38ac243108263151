import { ConfigProblem, parseConfig } from "../../config/config-file.js";
import { Refusal } from "../../remote/refusal.js";
import { readJson, textOf } from "./value.js";

/** Reading YAML takes a second a few megabytes, in which no request is answered. */
const MAX_YAML = 2 ** 20;

/** The `flags` of a document in JSON or YAML. Throws {@link Refusal} for one that cannot be used. */
export function flagsOfDocument(bytes: Uint8Array, name: string): Iterable<readonly [string, unknown]> {
  const text = textOf(bytes);
  const { flags = {} } = Object(/^\s*\{/.test(text) ? readJson(text) : yaml(text, name)) as { flags?: unknown };
  if (typeof flags !== "object" || flags === null || Array.isArray(flags)) {
    throw new Refusal("its flags are no object of flags by name");
  }
  return Object.entries(flags);
}

function yaml(text: string, name: string): unknown {
  if (text.length > MAX_YAML) throw new Refusal("as YAML it is larger than 1 MiB: use JSON");
  try {
    return parseConfig(text, name).content;
  } catch (error) {
    if (error instanceof ConfigProblem) throw new Refusal(error.message);
    throw error;
  }
}
