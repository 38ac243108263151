import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import { publishedPackages, root } from "../../tooling/workspace.ts";
import { makeConsumer } from "../lib/consumer.ts";
import type { Gate } from "../lib/gate.ts";
import { capture } from "../lib/run.ts";

export const examples: Gate = {
  name: "examples",
  about: "the first example of each README compiles against the packed packages, and runs; a server answers",
  async run() {
    const consumer = await makeConsumer();
    try {
      const found = writeExamples(consumer.dir);
      const problems = await compile(consumer.dir);
      for (const example of found) problems.push(...(await tryOut(consumer.dir, example)));
      return { problems, note: found.map(({ folder }) => folder).join(", ") };
    } finally {
      consumer.remove();
    }
  },
};

interface Example {
  readonly folder: string;
  readonly code: string;
}

/** A package whose example is a command line has none to compile. */
function writeExamples(dir: string): Example[] {
  mkdirSync(join(dir, "src"));
  copyFileSync(join(import.meta.dirname, "../lib/first-answer.mjs"), join(dir, "first-answer.mjs"));
  writeFileSync(join(dir, "package.json"), JSON.stringify({ type: "module" }));
  const found = publishedPackages().flatMap(({ folder, dir: source }) => {
    const code = firstExample(join(source, "README.md"));
    return code === undefined ? [] : [{ folder, code }];
  });
  for (const { folder, code } of found) writeFileSync(join(dir, "src", `${folder}.ts`), code);
  return found;
}

function firstExample(readme: string): string | undefined {
  return existsSync(readme) ? /^```(?:ts|js)\n([\s\S]*?)^```$/m.exec(readFileSync(readme, "utf8"))?.[1] : undefined;
}

async function compile(dir: string): Promise<string[]> {
  const config = {
    extends: join(root, "tsconfig.base.json"),
    compilerOptions: {
      lib: ["es2023"],
      types: ["node"],
      typeRoots: [join(root, "node_modules/@types")],
      experimentalDecorators: true,
      noUnusedLocals: false,
    },
    include: ["src"],
  };
  writeFileSync(join(dir, "tsconfig.json"), JSON.stringify(config));
  const { ok, output } = await capture("tsc", ["-p", dir], { cwd: dir });
  return ok ? [] : [output.trim()];
}

async function tryOut(dir: string, { folder, code }: Example): Promise<string[]> {
  const script = await transform(code, {
    loader: "ts",
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
  });
  writeFileSync(join(dir, `${folder}.js`), script.code);
  const { ok, output } = await capture(process.execPath, ["--import", "./first-answer.mjs", `${folder}.js`], {
    cwd: dir,
  });
  return ok ? [] : [`packages/${folder}/README.md: its first example fails:\n${output.trim()}`];
}
