import { createRequire, Module } from "node:module";
import { type Follower, packageOfEntry } from "./package-of.js";

interface LoadingModule {
  exports: unknown;
}

type Extension = (this: unknown, module: LoadingModule, filename: string) => unknown;

/**
 * Follows what `require` loads, and what `import` loads of CommonJS: Node hands each file to the function of its extension, which is
 * where hooks of `require` have their place. That of `.js` has `.cjs` too.
 */
export function followCommonJs(follower: Follower): void {
  const { _extensions } = Module as unknown as { readonly _extensions: Record<string, Extension> };
  const extensions = _extensions ?? (createRequire(import.meta.url).extensions as unknown as Record<string, Extension>);
  for (const extension of [".js", ".cjs", ".mjs"]) {
    const original = extensions[extension];
    if (!original) continue;
    extensions[extension] = function (this: unknown, module, filename) {
      const result = original.call(this, module, filename);
      const loaded = packageOfEntry(filename);
      if (loaded && follower.isWanted(loaded.name)) module.exports = follower.patched(module.exports, loaded);
      return result;
    };
  }
}
