import { readFileSync } from "node:fs";
import type { OptionCheck } from "@sop/core";

/** The passwords and tokens of one source, so that no message tells them. */
export class Secrets {
  readonly #known = new Set<string>();

  add(secret: string): string {
    if (secret !== "") this.#known.add(secret);
    return secret;
  }

  mask(text: string): string {
    let safe = text;
    for (const secret of this.#known) safe = safe.replaceAll(secret, "***");
    return safe;
  }
}

/**
 * Reads a secret's option, `key`, or the path of a file that holds it, `keyFile`. The function gives the present secret: a file is
 * read at each call, because what mounts it may have put a new one in place.
 */
export function readSecret(check: OptionCheck, key: string, secrets: Secrets): () => string | undefined {
  const given = check.value(key);
  const file = check.value(`${key}File`);
  if (given !== undefined && file !== undefined) check.reject(`${key}File`, `nothing beside ${key}`);
  if (file !== undefined) {
    const path = check.text(`${key}File`, undefined);
    return () => secrets.add(readFileSync(path, "utf8").trimEnd());
  }
  // YAML makes a number of a password without letters.
  if (typeof given === "string" || typeof given === "number") secrets.add(String(given));
  else if (given !== undefined) check.reject(key, "a text");
  return () => (given === undefined ? undefined : String(given));
}
