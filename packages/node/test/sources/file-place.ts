import { renameSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { own } from "./own-directory.ts";
import type { Place } from "./store.ts";

/** A file that is replaced whole at each change. */
export async function openFilePlace(): Promise<Place> {
  const { dir, remove } = own("file");
  const path = join(dir, "flags.json");
  const flags: Record<string, unknown> = {};
  const write = async (text: string): Promise<void> => {
    const file = await open(`${path}.new`, "w");
    await file.writeFile(text);
    await file.sync();
    await file.close();
    renameSync(`${path}.new`, path);
  };
  const change = async (edit: () => void): Promise<void> => {
    edit();
    await write(JSON.stringify({ flags }));
  };
  await write("{}");
  return {
    named: { file: { path, name: "flags" } },
    set: (changed) => change(() => Object.assign(flags, changed)),
    remove: (flag) => change(() => delete flags[flag]),
    corrupt: () => write('{"flags":{"a":'),
    async close() {
      remove();
    },
  };
}
