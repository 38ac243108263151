import { existsSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { entriesOf, packagesIn, root, specifierOf } from "./tooling/workspace.ts";

const packages = [...packagesIn("packages"), ...packagesIn("apps")];

// Tests in this process see the sources of all packages; child processes they start see the build.
const sources = packages.flatMap(({ dir, manifest }) =>
  entriesOf(dir).map((entry) => ({
    find: new RegExp(`^${specifierOf(manifest.name, entry)}$`),
    replacement: join(dir, "src", `${entry}.ts`),
  })),
);

// The demo counts what becomes of a whole shop's customers: it has the machine to itself, one file after the other.
const ALONE = { maxWorkers: 1, sequence: { groupOrder: 1 } };

export default defineConfig({
  resolve: { alias: sources },
  test: {
    // Services of tests run beside each other; those about the admin plane ask for one, at a port of its own.
    env: { SOP_ADMIN: "off", SOP_SENSORS: "off" },
    passWithNoTests: true,
    reporters: ["default", ["json", { outputFile: process.env["SOP_REPORT"] ?? "reports/vitest.json" }]],
    projects: [{ folder: "tooling", dir: join(root, "tooling") }, ...packages]
      .filter(({ dir }) => existsSync(join(dir, "test")))
      .map(({ folder, dir }) => ({
        extends: true,
        test: {
          name: folder,
          root: dir,
          include: ["test/**/*.test.ts"],
          testTimeout: 30_000,
          ...(folder === "demo" && ALONE),
        },
      })),
  },
});
