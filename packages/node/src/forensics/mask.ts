import { isSecretName } from "./secret-names.js";
import { replaceShapes } from "./secret-shapes.js";

/** What stands where a secret was. */
export const MASK = "***";

// In a query or a form the gap is percent-encoded, and so is what stands before it.
const SCHEME = /(?:\b|(?<=%[\da-f]{2}))(bearer|basic)(?:\s+|\+|(?:%20|%09)+)[\w.~+/=%-]{6,}/gi;
const SCHEME_HINT = /bearer|basic/i;
const PAIR_HINT = /[=:]/;
const USER_INFO = /\b([a-z][a-z\d+.-]{0,31}:\/\/)[^\s/@]{1,512}@/gi;
const NAME = /(["']?)([\w-]{1,64})\1\s{0,4}[=:]\s{0,4}/g;
const VALUE = /"[^"]*"|'[^']*'|[^\s&;,"'})\]]+/y;

/** A text for people (a message, a header, an argument) without the secrets that can be told by their form or their name. */
export function maskText(text: string): string {
  let formed = text;
  // It is called for each text of each record: most have nothing of the kind.
  if (SCHEME_HINT.test(formed)) formed = formed.replace(SCHEME, `$1 ${MASK}`);
  if (formed.includes("://")) formed = formed.replace(USER_INFO, `$1${MASK}@`);
  formed = replaceShapes(formed, () => MASK);
  return PAIR_HINT.test(formed) ? maskPairs(formed) : formed;
}

/** What follows a secret's name is masked. What follows another one may itself be a name: `url=https://host/?token=...`. */
function maskPairs(text: string): string {
  let masked = "";
  let done = 0;
  for (const pair of text.matchAll(NAME)) {
    const start = pair.index + pair[0].length;
    if (pair.index < done || !isSecretName(pair[2] as string)) continue;
    VALUE.lastIndex = start;
    const [value] = VALUE.exec(text) ?? [];
    if (value === undefined) continue;
    masked += text.slice(done, start) + MASK;
    done = start + value.length;
  }
  return masked + text.slice(done);
}

/** A copy of plain data: each text masked, and whatever is kept under a secret's name replaced. */
export function maskData(data: unknown): unknown {
  if (typeof data === "string") return maskText(data);
  if (typeof data !== "object" || data === null) return data;
  if (Array.isArray(data)) return data.map(maskData);
  const masked: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(data)) {
    const hidden = value !== null && isSecretName(key) ? MASK : maskData(value);
    put(masked, maskKey(key, masked), hidden);
  }
  return masked;
}

/** An own property, whatever its name is, as it was in the data. */
function put(masked: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(masked, key, { value, enumerable: true, configurable: true, writable: true });
  else masked[key] = value;
}

/** Names that are no secret themselves: they are the same again and again. */
const clean = new Set<string>();
const MOST_CLEAN = 5_000;

/** A key that is a secret by its form is masked too; where several are, each stays one of its own. */
function maskKey(key: string, taken: object): string {
  if (clean.has(key)) return key;
  const masked = replaceShapes(key, () => MASK);
  if (masked === key) {
    if (clean.size < MOST_CLEAN && key.length <= 64) clean.add(key);
    return key;
  }
  let free = masked;
  for (let i = 2; Object.hasOwn(taken, free); i++) free = `${masked} (${i})`;
  return free;
}

/** Plain data as a file's text, masked. */
export function json(data: unknown): string {
  return `${JSON.stringify(maskData(data), undefined, 2)}\n`;
}

/** Raw headers (`[name, value, name, value, ...]`) as pairs; of an authorization the scheme stays. */
export function maskHeaders(raw: readonly string[]): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name, value] = [raw[i] as string, raw[i + 1] as string];
    pairs.push([name, isSecretName(name) ? maskCredentials(value) : maskText(value)]);
  }
  return pairs;
}

function maskCredentials(value: string): string {
  const scheme = /^(basic|bearer|digest|negotiate)\s/i.exec(value)?.[1];
  return scheme === undefined ? MASK : `${scheme} ${MASK}`;
}

/** A request's path with its query. What the route's template names as a secret (`/reset/:token`) is masked too. */
export function maskPath(path: string, route: string): string {
  const [before = "", ...query] = path.split("?");
  const templates = route.split("/");
  const parts = before.split("/");
  const isAligned = templates.length === parts.length;
  const masked = parts
    .map((part, i) => (isAligned && isSecretParameter(templates[i]) ? MASK : maskText(part)))
    .join("/");
  return query.length === 0 ? masked : `${masked}?${maskQuery(query.join("?"))}`;
}

function isSecretParameter(template: string | undefined): boolean {
  return template?.startsWith(":") === true && isSecretName(template);
}

function maskQuery(query: string): string {
  return query
    .split("&")
    .map((pair) => {
      const [name = ""] = pair.split("=", 1);
      return name !== pair && isSecretName(decoded(name)) ? `${name}=${MASK}` : maskText(pair);
    })
    .join("&");
}

/** Percent-encoding and `+` undone, where that can be done. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
