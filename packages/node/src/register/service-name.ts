import { basename, dirname, extname, resolve } from "node:path";
import { packageAt } from "../forensics/packages.js";

/** What an application is called that does not say so: the name of the package that its entry file is part of, else of that file. */
export function serviceNameOf(entry: string | undefined, cwd: string): string {
  const file = entry === undefined ? undefined : resolve(cwd, entry);
  const found = packageAbove(file === undefined ? cwd : dirname(file));
  if (found !== undefined) return found;
  return file === undefined ? "node" : basename(file, extname(file));
}

function packageAbove(dir: string): string | undefined {
  const name = packageAt(dir)?.name;
  if (name !== undefined) return name;
  const above = dirname(dir);
  return above === dir ? undefined : packageAbove(above);
}
