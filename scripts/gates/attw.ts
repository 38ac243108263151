import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { isEsmOnly } from "../../tooling/workspace.ts";
import type { Gate } from "../lib/gate.ts";
import { bytesOf, packAll } from "../lib/pack.ts";

export const attw: Gate = {
  name: "attw",
  about: "types of each packed entry resolve, as ESM and as CommonJS, to what runs",
  async run() {
    const problems: string[] = [];
    for (const { manifest, tarball } of await packAll()) {
      const result = await checkPackage(createPackageFromTarballData(new Uint8Array(bytesOf(tarball))));
      if (!result.types) {
        problems.push(`${manifest.name}: no types`);
        continue;
      }
      for (const problem of result.problems) {
        // Resolution without exports maps is that of Node 10, which no supported Node has.
        if ("resolutionKind" in problem && problem.resolutionKind === "node10") continue;
        if ("resolutionKind" in problem && problem.resolutionKind === "node16-cjs" && isEsmOnly(manifest)) continue;
        problems.push(`${manifest.name}: ${JSON.stringify(problem)}`);
      }
    }
    return { problems };
  },
};
