import Module, { createRequire, register } from "node:module";
import { pathToFileURL } from "node:url";
import { replacementOf } from "../alias-hooks.js";
import type { PreloadSettings } from "./settings.js";

/** Lets `import` and `require` of this process find the packages that stand in for others. */
export function installAlias({ alias, base, hooks }: PreloadSettings): void {
  if (Object.keys(alias).length === 0) return;
  const requireFromEntry = createRequire(base);
  if (typeof Module.registerHooks === "function") {
    Module.registerHooks({
      resolve(specifier, context, next) {
        const target = replacementOf(specifier, alias);
        if (target === undefined) return next(specifier, context);
        // `require` does not look at a changed parent, so that it is given the file itself.
        return context.conditions.includes("import")
          ? next(target, { ...context, parentURL: base })
          : next(requireFromEntry.resolve(target), context);
      },
    });
    return;
  }
  register(pathToFileURL(hooks), { data: { alias, base } });
  patchRequire((specifier) => {
    const target = replacementOf(specifier, alias);
    return target === undefined ? specifier : requireFromEntry.resolve(target);
  });
}

interface CommonJsLoader {
  _resolveFilename(specifier: string, ...rest: readonly unknown[]): string;
}

// Before Node 22.15 this is the only way to have a say in `require`.
function patchRequire(rename: (specifier: string) => string): void {
  const loader: CommonJsLoader = Object(Module);
  const original = loader._resolveFilename;
  loader._resolveFilename = (specifier, ...rest) => Reflect.apply(original, loader, [rename(specifier), ...rest]);
}
