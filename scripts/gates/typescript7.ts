import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { packagesIn, root } from "../../tooling/workspace.ts";
import type { Gate } from "../lib/gate.ts";
import { capture } from "../lib/run.ts";

export const typescript7: Gate = {
  name: "typescript7",
  about: "the same check under TypeScript 7",
  async run() {
    const compiler = join(root, "node_modules/typescript7/bin/tsc");
    const projects = [...packagesIn("packages"), ...packagesIn("apps")]
      .flatMap(({ dir }) => [dir, join(dir, "test")])
      .filter((dir) => existsSync(join(dir, "tsconfig.json")));
    const problems: string[] = [];
    for (const project of [...projects, root]) {
      const { ok, output } = await capture(process.execPath, [compiler, "-p", project]);
      if (!ok) problems.push(`${relative(root, project) || "."}:\n${output.trim()}`);
    }
    return { problems };
  },
};
