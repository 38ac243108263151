import { must, turboArgs } from "./lib/run.ts";

must("turbo", turboArgs(["build", "--filter=@sop/bench^..."]));
must(process.execPath, [
  "--expose-gc",
  "--disable-warning=ExperimentalWarning",
  "apps/bench/src/contention/main.ts",
  ...process.argv.slice(2),
]);
