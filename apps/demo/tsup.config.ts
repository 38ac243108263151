import { defineConfig } from "tsup";

// Node runs everything else as it is; decorators need a compiler.
export default defineConfig({
  entry: ["src/services/{gateway,orders,accounts,catalog,carrier}.ts"],
  outDir: "dist/services",
  format: ["esm"],
  target: "es2022",
  splitting: true,
  clean: true,
  silent: true,
});
