import type { RecordedWindow } from "./window.js";

/** What a value has to be: of that type, a list of such values, or an object with such fields; other fields do not matter. */
type Shape = "text" | "number" | readonly [Shape] | { readonly [field: string]: Shape };

const FRAME = { file: "text" } as const satisfies Shape;
const CONTENDERS = [{ owner: "text", since: "number" }] as const satisfies Shape;

/** What whoever reads a window takes for granted; all numbers else are looked at where they are used. */
const LISTS = {
  panics: { frames: [FRAME] },
  samples: { at: "number" },
  routes: { method: "text", route: "text" },
  calls: { host: "text", from: ["text"] },
  pools: { name: "text", holders: CONTENDERS, waiters: CONTENDERS },
  locks: { name: "text", holders: CONTENDERS, waiters: CONTENDERS },
  races: { steps: [{}] },
  stacks: { frames: [FRAME] },
  changes: { kind: "text" },
  allocations: { frame: FRAME },
} as const satisfies { readonly [name in keyof RecordedWindow]?: Shape };
const DEATH = { stderr: ["text"] } as const satisfies Shape;

/**
 * A window of which every part can be read. What this version recorded stays as it is; of a window that is foreign, damaged or of a newer
 * version, the parts that are of another form are left out, and named in `missing`.
 */
export function usable(window: RecordedWindow): RecordedWindow {
  const given: Readonly<Record<string, unknown>> = Object(window);
  const made: Record<string, unknown> = { ...given };
  const left: string[] = [];
  for (const [name, shape] of Object.entries(LISTS)) {
    const list = given[name] ?? undefined;
    const entries = Array.isArray(list) ? list.filter((entry) => isOf(entry, shape)) : undefined;
    made[name] = entries;
    if (list !== undefined && entries?.length !== (list as readonly unknown[]).length) left.push(name);
  }
  made["panics"] ??= [];
  if (given["death"] !== undefined && !isOf(given["death"], DEATH)) {
    made["death"] = undefined;
    left.push("death");
  }
  const { missing } = given;
  const named = isOf(missing, ["text"]) ? (missing as readonly string[]) : [];
  made["missing"] = [...named, ...left.map((name) => `${name}: not all of it can be read`)];
  return made as unknown as RecordedWindow;
}

function isOf(value: unknown, shape: Shape): boolean {
  if (shape === "text") return typeof value === "string";
  if (shape === "number") return typeof value === "number";
  if (isList(shape)) return Array.isArray(value) && value.every((item) => isOf(item, shape[0]));
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(shape).every(([field, own]) => isOf(Reflect.get(value, field), own));
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}
