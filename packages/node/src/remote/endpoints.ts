import type { OptionCheck } from "@sop/core";

/** Reads a list of http or https URLs, or one. Without credentials: those are options of their own. */
export function readEndpoints(check: OptionCheck, key: string, fallback?: readonly string[]): readonly string[] {
  const value = check.value(key);
  const given = value === undefined ? fallback : typeof value === "string" ? [value] : value;
  if (Array.isArray(given) && given.length > 0 && given.every(isEndpoint)) return given.map(withoutSlash);
  check.reject(key, 'a list of URLs without credentials, such as ["http://127.0.0.1:2379"]');
  return [];
}

function isEndpoint(value: unknown): value is string {
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return (protocol === "http:" || protocol === "https:") && username === "" && password === "";
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}
