import { copyFileSync, existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../tooling/workspace.ts";
import { makeConsumer } from "../lib/consumer.ts";
import type { Gate } from "../lib/gate.ts";
import { capture } from "../lib/run.ts";

const pages = join(root, "docs/guides");

export const guides: Gate = {
  name: "guides",
  about: "each js example of docs/guides does what it says: it runs against the packed packages and ends with 0",
  async run() {
    const consumer = await makeConsumer();
    try {
      copyFileSync(join(import.meta.dirname, "../lib/first-answer.mjs"), join(consumer.dir, "first-answer.mjs"));
      const found = existsSync(pages) ? globSync("*.md", { cwd: pages }).sort().flatMap(examplesOf) : [];
      const problems: string[] = [];
      for (const example of found) problems.push(...(await tryOut(consumer.dir, example)));
      return { problems, note: `${found.length} examples` };
    } finally {
      consumer.remove();
    }
  },
};

interface Example {
  readonly page: string;
  readonly line: number;
  readonly code: string;
}

function examplesOf(page: string): Example[] {
  const text = readFileSync(join(pages, page), "utf8");
  return [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(({ index, 1: code = "" }) => ({
    page,
    line: text.slice(0, index).split("\n").length + 1,
    code,
  }));
}

/** One that asserts ends by itself; of one that only serves the first answer is enough. */
async function tryOut(dir: string, { page, line, code }: Example): Promise<string[]> {
  const name = `${page.replace(/\W/g, "-")}-${line}.mjs`;
  writeFileSync(join(dir, name), code);
  const preload = code.includes("node:assert") ? [] : ["--import", "./first-answer.mjs"];
  const { ok, output } = await capture(process.execPath, [...preload, name], { cwd: dir });
  return ok ? [] : [`docs/guides/${page}:${line}: its example fails:\n${output.trim()}`];
}
