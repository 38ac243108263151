import { spawnSync } from "node:child_process";
import { root } from "../tooling/workspace.ts";
import { must, turboArgs } from "./lib/run.ts";

must("turbo", turboArgs(["build", "--filter=@sop/corpus^..."]));
const args = ["--disable-warning=ExperimentalWarning", "apps/corpus/src/main.ts", ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;
