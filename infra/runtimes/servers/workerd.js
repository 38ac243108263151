// Started by Node: bundles the application as a worker is bundled, and serves it in workerd.
import { build } from "esbuild";
import { Miniflare } from "miniflare";

const { outputFiles } = await build({
  entryPoints: ["app.js"],
  bundle: true,
  write: false,
  format: "esm",
  target: "es2022",
  conditions: ["workerd", "worker", "browser"],
  external: ["node:*"],
});
const worker = new Miniflare({
  modules: true,
  script: outputFiles[0].text,
  compatibilityDate: "2026-07-01",
  compatibilityFlags: ["nodejs_compat"],
  host: "127.0.0.1",
  port: 0,
});
const { port } = await worker.ready;
console.log(JSON.stringify({ port: Number(port) }));
process.once("SIGTERM", async () => {
  await worker.dispose();
  process.exit(0);
});
