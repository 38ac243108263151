import { must, turboArgs } from "./lib/run.ts";

must("turbo", turboArgs(["build", "--filter=@sop/bench^..."]));
const flags = ["--disable-warning=ExperimentalWarning"];
must(process.execPath, [...flags, "apps/bench/src/register/main.ts", ...process.argv.slice(2)]);
