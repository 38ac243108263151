import { followCommonJs } from "./loading/common-js.js";
import { followImports } from "./loading/imports.js";
import type { LoadedPackage } from "./loading/package-of.js";
import { isWithin } from "./loading/versions.js";

/**
 * What is done with a package's exports: they are changed in place, or others are returned. Of a package that is an ES module only another
 * `default` can take the place of the first one; its classes and objects can be changed in place as any others.
 */
// biome-ignore lint/suspicious/noExplicitAny: what a package exports is its own business.
export type Patch = (exports: any, loaded: LoadedPackage) => unknown;

interface Registration {
  readonly versions: string;
  readonly patch: Patch;
}

interface Hooks {
  readonly byName: Map<string, Set<Registration>>;
  /** Told once for each package whose patch threw. */
  warn(name: string, error: unknown): void;
}

// One for the process, also where this module is there twice, as ESM and as CommonJS.
const KEY = Symbol.for("sop.on-load");
const holder = globalThis as typeof globalThis & { [KEY]?: Hooks };

/**
 * Calls `patch` with the exports of each copy of the package `name` whose version is in `versions` (`>=0.3 <1`: all have to be true), when
 * it is loaded by `require` or `import`, before anyone has them. A patch that throws is a warning; the exports stay as they were. What was
 * loaded before is not seen, nor what a bundler has put into the application, nor, on a Node without `module.registerHooks` (20), a package that
 * is imported as an ES module. Returns a function that ends it.
 */
export function onLoad(name: string, versions: string, patch: Patch): () => void {
  const { byName } = hooks();
  const all = byName.get(name) ?? new Set();
  const registration = { versions, patch };
  byName.set(name, all.add(registration));
  return () => all.delete(registration);
}

function hooks(): Hooks {
  const found = holder[KEY];
  if (found) return found;
  const made: Hooks = { byName: new Map(), warn };
  holder[KEY] = made;
  const follow = { isWanted: (name: string) => byNameHas(made, name), patched: patchedBy(made) };
  followCommonJs(follow);
  followImports(follow);
  return made;
}

function byNameHas({ byName }: Hooks, name: string): boolean {
  return (byName.get(name)?.size ?? 0) > 0;
}

function patchedBy({ byName, warn: tell }: Hooks) {
  return (exports: unknown, loaded: LoadedPackage): unknown => {
    let current = exports;
    for (const { versions, patch } of byName.get(loaded.name) ?? []) {
      if (!isWithin(loaded.version, versions)) continue;
      try {
        current = patch(current, loaded) ?? current;
      } catch (error) {
        tell(`${loaded.name}@${loaded.version}`, error);
      }
    }
    return current;
  };
}

function warn(name: string, error: unknown): void {
  process.emitWarning(`${name} is not tracked: ${error instanceof Error ? error.message : String(error)}`, {
    type: "SopWarning",
    code: "SOP_NOT_TRACKED",
  });
}
