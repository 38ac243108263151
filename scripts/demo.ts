import { run, turbo } from "./lib/run.ts";

turbo(["build", "--filter=@sop/demo..."]);
run(process.execPath, ["apps/demo/src/main.ts", ...process.argv.slice(2)]);
