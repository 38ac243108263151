import { must, turboArgs } from "./lib/run.ts";

must("turbo", turboArgs(["build", "--filter=@sop/bench^..."]));
must(process.execPath, [
  "--expose-gc",
  "--min-semi-space-size=128",
  "--max-semi-space-size=128",
  "--disable-warning=ExperimentalWarning",
  "apps/bench/src/evidence/main.ts",
  ...process.argv.slice(2),
]);
