import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: import.meta.dirname,
    // Services of tests run beside each other; those about the admin plane ask for one, at a port of its own.
    env: { SOP_ADMIN: "off" },
    include: ["*/*.test.ts"],
    exclude: ["**/node_modules/**"],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    reporters: ["default", ["json", { outputFile: "../reports/infra.json" }]],
  },
});
