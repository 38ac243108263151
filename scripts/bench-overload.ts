import { must, turboArgs } from "./lib/run.ts";

must("turbo", turboArgs(["build", "--filter=@sop/bench^..."]));
must(process.execPath, [
  "--disable-warning=ExperimentalWarning",
  "apps/bench/src/overload/main.ts",
  ...process.argv.slice(2),
]);
