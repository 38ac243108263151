import { readFileSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";
import { type Follower, type LoadedPackage, packageOfEntry } from "./package-of.js";

interface Resolved {
  readonly url: string;
  readonly format?: string | null | undefined;
  readonly shortCircuit?: boolean;
}

interface Resolving {
  readonly conditions?: readonly string[];
}

type Resolve = (
  specifier: string,
  context: Resolving,
  next: (specifier: string, context?: Resolving) => Resolved,
) => Resolved;

type Patched = (exports: unknown, url: string) => unknown;

const ORIGINAL = "sop-original";
const KEY = Symbol.for("sop.patched-import");

/**
 * Follows what `import` loads of ES modules, by Node's own hooks in this thread (22.15 and later; without them nothing is seen).
 * What they export cannot be changed from outside: a module of ours, which has all of it but for its `default`, takes the entry's place.
 */
export function followImports(follower: Follower): void {
  const { registerHooks } = module as { readonly registerHooks?: (hooks: { readonly resolve: Resolve }) => unknown };
  if (!registerHooks) return;
  const loading = new Map<string, LoadedPackage>();
  const patched: Patched = (exports, url) => follower.patched(exports, loading.get(url) as LoadedPackage);
  (globalThis as typeof globalThis & { [KEY]?: Patched })[KEY] = patched;
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      if (!isImport(context) || !resolved.url.startsWith("file:") || specifier.endsWith(`?${ORIGINAL}`))
        return resolved;
      const loaded = packageOfEntry(fileURLToPath(resolved.url));
      if (!loaded || !follower.isWanted(loaded.name) || !isEsModule(resolved)) return resolved;
      loading.set(resolved.url, loaded);
      return { url: standInFor(resolved.url), format: "module", shortCircuit: true };
    },
  });
}

// What `require` resolves is followed where it is loaded.
function isImport({ conditions = [] }: Resolving): boolean {
  return conditions.includes("import");
}

function isEsModule({ url, format }: Resolved): boolean {
  return format === "module" || (format == null && url.endsWith(".mjs"));
}

const DEFAULT = /\bexport\s+default\b|\bas\s+default\b/;

function standInFor(url: string): string {
  const original = JSON.stringify(`${url}?${ORIGINAL}`);
  const hasDefault = DEFAULT.test(readFileSync(fileURLToPath(url), "utf8"));
  const source = [
    `import * as original from ${original};`,
    `export * from ${original};`,
    `const patched = globalThis[Symbol.for("sop.patched-import")]({ ...original }, ${JSON.stringify(url)});`,
    ...(hasDefault ? ["const chosen = patched.default;", "export { chosen as default };"] : []),
  ].join("\n");
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
