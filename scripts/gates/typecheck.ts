import type { Gate } from "../lib/gate.ts";
import { capture, turboArgs } from "../lib/run.ts";

export const typecheck: Gate = {
  name: "typecheck",
  about: "sources, tests and type tests of all packages, and the tooling, under TypeScript 6",
  async run() {
    const packages = await capture("turbo", turboArgs(["typecheck", "--continue"]));
    const tooling = await capture("tsc", ["-p", "."]);
    return { problems: [packages, tooling].filter(({ ok }) => !ok).map(({ output }) => output.trim()) };
  },
};
