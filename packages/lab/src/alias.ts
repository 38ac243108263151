import { OptionError } from "@sop/core";

/** Packages that stand in for others inside a started service: `{ multer: "multer-fixed" }`. */
export type Alias = Readonly<Record<string, string>>;

/** The environment variable that gives an alias to tests that name none: `multer=multer-fixed,a=b`. */
export const ALIAS_VARIABLE = "SOP_LAB_ALIAS";

const PACKAGE = /^(?:@[\w.~-]+\/)?[\w~-][\w.~-]*$/;
const ALLOWED = "a package's name for each package's name, such as multer=multer-fixed";

/** Checks an alias. Throws `SOP_ERR_OPTION` that names every pair that is wrong. */
export function checkAlias(alias: Alias, path = "alias"): Alias {
  const isPlain = typeof alias === "object" && alias !== null && !Array.isArray(alias);
  if (!isPlain) throw new OptionError([{ path, value: typeof alias, allowed: ALLOWED }]);
  const problems = Object.entries(alias).flatMap(([name, target]) => {
    const value = JSON.stringify(`${name}=${target}`);
    if (!PACKAGE.test(name) || typeof target !== "string" || !PACKAGE.test(target)) {
      return [{ path, value, allowed: ALLOWED }];
    }
    return target in alias ? [{ path, value, allowed: "a package in its place that is not replaced itself" }] : [];
  });
  if (problems.length > 0) throw new OptionError(problems);
  return alias;
}

/** Reads `a=b,c=d`. Throws `SOP_ERR_OPTION` for anything else. */
export function parseAlias(text: string, path = "alias"): Alias {
  const pairs = text.split(",").filter((pair) => pair.trim() !== "");
  const entries = pairs.map((pair): [string, string] => {
    const [name = "", target = "", ...more] = pair.split("=").map((part) => part.trim());
    return [name, more.length > 0 ? "" : target];
  });
  return checkAlias(Object.fromEntries(entries), path);
}

/** The inverse of {@link parseAlias}. */
export function formatAlias(alias: Alias): string {
  return Object.entries(alias)
    .map(([name, target]) => `${name}=${target}`)
    .join(",");
}
