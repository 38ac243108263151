import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../tooling/workspace.ts";
import type { Gate } from "../lib/gate.ts";

export const lockfile: Gate = {
  name: "lockfile",
  about: "the lock file names no registry: packages come from wherever the user's own settings say",
  async run() {
    const lines = readFileSync(join(root, "pnpm-lock.yaml"), "utf8").split("\n");
    const named = lines.flatMap((line, i) =>
      /https?:\/\//.test(line) ? [`pnpm-lock.yaml:${i + 1}: ${line.trim()}`] : [],
    );
    return { problems: named };
  },
};
