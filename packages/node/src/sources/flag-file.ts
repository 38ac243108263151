import type { FlagValue } from "@sop/core";
import { LineCounter, parseDocument } from "yaml";

/** The flags of a file, or what is wrong with it and where. */
export type FlagFile =
  | { readonly flags: Readonly<Record<string, FlagValue>> }
  | { readonly problem: string; readonly line: number };

/** Reads the `flags` of a `sop.yaml`. Without any, there are none. */
export function readFlags(text: string): FlagFile {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { version: "1.2", schema: "core", lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error) return { problem: error.message, line: lineCounter.linePos(error.pos[0]).line };
  let root: unknown;
  try {
    root = document.toJS();
  } catch (problem) {
    // Aliases that nobody can resolve, or that multiply without end.
    return { problem: problem instanceof Error ? problem.message : String(problem), line: 1 };
  }
  // An empty file is one that is being written: nobody means to lose all flags by it.
  if (!isRecord(root)) return { problem: "expected a mapping with `flags`, found nothing of the kind", line: 1 };
  const { flags = {} } = root;
  const lineOf = (key: string): number => {
    const node = document.getIn(["flags", key], true) as { range?: [number, number, number] } | undefined;
    return node?.range ? lineCounter.linePos(node.range[0]).line : 1;
  };
  if (!isRecord(flags)) return { problem: "expected `flags` to map names to values", line: 1 };
  const read: Record<string, FlagValue> = {};
  for (const [name, definition] of Object.entries(flags)) {
    const value = resolved(definition);
    if (value === undefined) {
      return {
        problem: `flag ${name}: expected a value, or variants with a defaultVariant among them`,
        line: lineOf(name),
      };
    }
    // A flag that flagd calls disabled falls back to its default in code.
    if (value !== DISABLED) read[name] = value as FlagValue;
  }
  return { flags: read };
}

const DISABLED = Symbol("disabled");

function resolved(definition: unknown): unknown {
  if (definition === null) return undefined;
  if (!isRecord(definition) || !("variants" in definition)) return definition;
  if (definition["state"] === "DISABLED") return DISABLED;
  const { variants, defaultVariant } = definition;
  return isRecord(variants) && typeof defaultVariant === "string" ? variants[defaultVariant] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
