import type { RecordedWindow } from "./window.js";

/** What a value has to be: of that type, a list of such values, or an object with such fields; other fields do not matter. */
type Shape = "text" | "number" | readonly [Shape] | { readonly [field: string]: Shape };

type Check = (value: unknown) => boolean;

const FRAME = { file: "text" } as const satisfies Shape;
const CONTENDERS = [{ owner: "text", since: "number" }] as const satisfies Shape;

/** What whoever reads a window takes for granted; all numbers else are looked at where they are used. */
const SHAPES = {
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
const LISTS = Object.entries(SHAPES).map(([name, shape]) => [name, checkOf(shape)] as const);
const isDeath = checkOf({ stderr: ["text"] });
const areTexts = checkOf(["text"]) as (value: unknown) => value is readonly string[];

/**
 * A window of which every part can be read. What this version recorded stays as it is; of a window that is foreign, damaged or of a newer
 * version, the parts that are of another form are left out, and named in `missing`.
 */
export function usable(window: RecordedWindow): RecordedWindow {
  const given: Readonly<Record<string, unknown>> = Object(window);
  const made: Record<string, unknown> = { ...given };
  const left: string[] = [];
  for (const [name, isRight] of LISTS) {
    const list = given[name] ?? undefined;
    const entries = Array.isArray(list) ? list.filter(isRight) : undefined;
    made[name] = entries;
    if (list !== undefined && entries?.length !== (list as readonly unknown[]).length) left.push(name);
  }
  made["panics"] ??= [];
  if (given["death"] !== undefined && !isDeath(given["death"])) {
    made["death"] = undefined;
    left.push("death");
  }
  const { missing } = given;
  const named = areTexts(missing) ? missing : [];
  made["missing"] = [...named, ...left.map((name) => `${name}: not all of it can be read`)];
  return made as unknown as RecordedWindow;
}

/** The questions of a shape, made once: they are asked of each sample, once a second. */
function checkOf(shape: Shape): Check {
  if (shape === "text") return (value) => typeof value === "string";
  if (shape === "number") return (value) => typeof value === "number";
  if (isList(shape)) {
    const item = checkOf(shape[0]);
    return (value) => Array.isArray(value) && value.every(item);
  }
  const fields = Object.entries(shape).map(([field, own]) => [field, checkOf(own)] as const);
  return (value) => {
    if (typeof value !== "object" || value === null) return false;
    for (const [field, isRight] of fields) if (!isRight(Reflect.get(value, field))) return false;
    return true;
  };
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}
