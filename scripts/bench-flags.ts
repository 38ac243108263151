import { must, turboArgs } from "./lib/run.ts";

must("turbo", turboArgs(["build", "--filter=@sop/core"]));
must(process.execPath, [
  "--expose-gc",
  "--disable-warning=ExperimentalWarning",
  "apps/bench/src/flags/main.ts",
  ...process.argv.slice(2),
]);
