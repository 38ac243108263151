import { createHash } from "node:crypto";
import { maskText } from "../../forensics/mask.js";

const MAX_SHOWN = 120;
/** A run that is long and has digits may be a token. */
const TOKEN = /[A-Za-z\d+/=_-]{16,}/g;

/** A key as it may be shown: as it is where nothing in it looks like a secret, else as a digest that tells equal ones. */
export function shownKey(key: string): string {
  const hasToken = [...key.matchAll(TOKEN)].some(([run]) => /\d/.test(run) || run.length > 40);
  return key.length <= MAX_SHOWN && !hasToken && maskText(key) === key ? key : digestOf(key);
}

/** The digest of a secret. */
export function digestOf(key: string): string {
  return `sha256:${createHash("sha256").update(key).digest("hex").slice(0, 16)}`;
}
