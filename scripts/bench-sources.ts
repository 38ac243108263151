import { must, turboArgs } from "./lib/run.ts";
import { installMissing } from "./lib/system-package.ts";

for (const [name, command] of [
  ["etcd-server", "etcd"],
  ["redis-server", "redis-server"],
  ["nats-server", "nats-server"],
] as const) {
  installMissing(name, command);
}
must("turbo", turboArgs(["build", "--filter=@sop/bench^..."]));
const flags = ["--disable-warning=ExperimentalWarning"];
must(process.execPath, [...flags, "apps/bench/src/sources/main.ts", ...process.argv.slice(2)]);
