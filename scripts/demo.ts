import { must, turboArgs } from "./lib/run.ts";

must("turbo", turboArgs(["build", "--filter=@sop/demo..."]));
must(process.execPath, ["--disable-warning=ExperimentalWarning", "apps/demo/src/main.ts", ...process.argv.slice(2)]);
