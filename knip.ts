import { relative } from "node:path";
import type { KnipConfig } from "knip";
import { entriesOf, packagesIn, root } from "./tooling/workspace.ts";

const tests = ["test/**/*.{test,test-d}.ts", "test/**/*.mjs"];

// The exports map points at the build; what it is made of is what counts as used.
const packages = Object.fromEntries(
  packagesIn("packages").map(({ dir }) => [
    relative(root, dir),
    {
      entry: [...entriesOf(dir).map((entry) => `src/${entry}.ts`), "src/main.ts", "tsup.config.ts", ...tests],
      project: ["{src,test}/**/*.{ts,mjs}"],
    },
  ]),
);

const config: KnipConfig = {
  workspaces: {
    ".": { entry: ["scripts/*.ts", ".ci/*.mjs", "tooling/test/*.test.ts"], project: ["{scripts,tooling}/**/*.ts"] },
    ...packages,
    "apps/*": {
      entry: [
        "src/main.ts",
        "src/*/main.ts",
        "src/server.ts",
        "src/*/server.ts",
        "src/evidence/heap-server.ts",
        "src/admin/flood.ts",
        "src/sources/service.ts",
        "src/servers/*.ts",
        "src/drain/main.ts",
        "src/drain/server.mjs",
        "src/drain/servers/*.mjs",
        "src/services/*.ts",
        "tsup.config.ts",
        "test/**/*.test.ts",
      ],
      project: ["{src,test}/**/*.{ts,mjs}"],
    },
  },
  // Started by name from scripts, imported by a name that is computed, or by `infra`: knip cannot see that.
  ignoreDependencies: [
    "turbo",
    "express4",
    "multer-fixed",
    "@grpc/proto-loader",
    "@opentelemetry/exporter-metrics-otlp-http",
    "@opentelemetry/resources",
    "speedscope",
  ],
  // Of the system, where it is there.
  ignoreBinaries: ["wrk", "openssl", "promtool", "amtool", "etcd", "go", "mount", "umount", "gcore"],
  ignoreExportsUsedInFile: true,
};

export default config;
