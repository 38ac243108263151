import type { Gate } from "../lib/gate.ts";
import { capture } from "../lib/run.ts";

export const knip: Gate = {
  name: "knip",
  about: "no file, export or dependency without a use",
  async run() {
    const { ok, output } = await capture("knip", ["--no-progress", "--no-config-hints"]);
    return { problems: ok ? [] : [output.trim()] };
  },
};
