import type { Gate } from "../lib/gate.ts";
import { capture } from "../lib/run.ts";

export const biome: Gate = {
  name: "biome",
  about: "format, lint, and the import rules: imports go down only (`pnpm format` mends what it can)",
  async run() {
    const { ok, output } = await capture("biome", ["check", "--error-on-warnings", "--max-diagnostics=50", "."]);
    return { problems: ok ? [] : [output.trim()] };
  },
};
