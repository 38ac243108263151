import type { OptionProblem } from "@sop/core";

const MAX_NAME = 200;

/** What is wrong with the name of a tracked thing. */
export function checkName(name: unknown): OptionProblem[] {
  if (typeof name === "string" && name.trim() !== "" && name.length <= MAX_NAME) return [];
  return [{ path: "name", value: shown(name), allowed: `a text of 1 to ${MAX_NAME} characters` }];
}

/** A value, for an error: of an object its class, or its first keys. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
  if (typeof value === "function") return "a function";
  if (value === null || typeof value !== "object") return String(value);
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  const keys = Object.keys(value).slice(0, 5).join(", ");
  return typeof name === "string" && name !== "Object" ? `a ${name}` : `an object with ${keys || "nothing"}`;
}
