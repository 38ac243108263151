import { join } from "node:path";
import { root } from "../tooling/workspace.ts";
import { must, run, turboArgs } from "./lib/run.ts";
import { installMissing } from "./lib/system-package.ts";

/** The tests whose servers or services are processes of their own. */
const FILES = [
  "conformance",
  "core",
  "crash",
  "service",
  "repro",
  "drain/signals",
  "register/register",
  "register/hooks",
].map((name) => `test/${name}.test.ts`);

const runtimes = join(root, "infra/runtimes");

// Runtimes are large: only this command fetches them, into a folder that is no part of the workspace.
must("npx", ["--yes", "pnpm@12", "install", "--frozen-lockfile"], { cwd: runtimes });
must("turbo", turboArgs(["build"]));
installMissing("etcd-server", "etcd");
installMissing("redis-server");
installMissing("postgresql", "postgres");
installMissing("nats-server");
installMissing("prometheus", "promtool");
installMissing("chromium");
installMissing("golang-go", "go", "version");
installMissing("prometheus-alertmanager");

const steps = [
  run("vitest", ["run", "--config", "infra/vitest.config.ts"]),
  run("vitest", ["run", "apps/demo/test/etcd.test.ts", "apps/demo/test/alerts.test.ts"], {
    env: { SOP_REPORT: "reports/infra-demo.json" },
  }),
];
for (const version of ["20", "22", "26"]) {
  // Servers and services run on that Node; the tests themselves stay on the one of this workspace.
  const env = {
    SOP_CONFORMANCE_NODE: join(runtimes, "node_modules", `node${version}`, "bin/node"),
    SOP_REPORT: `reports/infra-node${version}.json`,
  };
  steps.push(run("vitest", ["run", ...FILES], { env }));
}
process.exitCode = steps.every(Boolean) ? 0 : 1;
