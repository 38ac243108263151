import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import { publishedPackages, root } from "../../tooling/workspace.ts";
import { makeConsumer } from "../lib/consumer.ts";
import type { Gate } from "../lib/gate.ts";
import { capture } from "../lib/run.ts";

export const examples: Gate = {
  name: "examples",
  about: "each README's first example, and each server in a docblock, compiles against the packed packages; it answers",
  async run() {
    const consumer = await makeConsumer();
    try {
      const found = writeExamples(consumer.dir);
      const problems = await compile(consumer.dir);
      for (const example of found) problems.push(...(await tryOut(consumer.dir, example)));
      return { problems, note: found.map(({ name }) => name).join(", ") };
    } finally {
      consumer.remove();
    }
  },
};

interface Example {
  /** The name of its file, without the ending. */
  readonly name: string;
  /** Where it stands. */
  readonly place: string;
  readonly code: string;
}

/** A package whose example is a command line has none to compile. */
function writeExamples(dir: string): Example[] {
  mkdirSync(join(dir, "src"));
  copyFileSync(join(import.meta.dirname, "../lib/first-answer.mjs"), join(dir, "first-answer.mjs"));
  writeFileSync(join(dir, "package.json"), JSON.stringify({ type: "module" }));
  const found = publishedPackages().flatMap(({ folder, dir: source }) => [
    ...examplesIn(join(source, "README.md"), README)
      .slice(0, 1)
      .map(named(folder, `packages/${folder}/README.md`)),
    ...globSync("src/**/*.ts", { cwd: source }).flatMap((file) =>
      examplesIn(join(source, file), DOCBLOCK)
        .filter((code) => SERVER.test(code))
        .map(named(`${folder}-docblock`, `packages/${folder}/${file}`)),
    ),
  ]);
  for (const { name, code } of found) writeFileSync(join(dir, "src", `${name}.ts`), code);
  return found;
}

const README = /^```(?:ts|js)\n([\s\S]*?)^```$/gm;
const DOCBLOCK = /^ \* ```(?:ts|js)\n((?: \*.*\n)*?) \* ```$/gm;
const SERVER = /\b(?:listen|serve)\(/;

function examplesIn(file: string, fence: RegExp): string[] {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return [...text.matchAll(fence)].map(([, code = ""]) => code.replace(/^ \* ?/gm, ""));
}

function named(name: string, place: string): (code: string) => Example {
  return (code) => ({ name, place, code });
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

async function tryOut(dir: string, { name, place, code }: Example): Promise<string[]> {
  const script = await transform(code, {
    loader: "ts",
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
  });
  writeFileSync(join(dir, `${name}.js`), script.code);
  const { ok, output } = await capture(process.execPath, ["--import", "./first-answer.mjs", `${name}.js`], {
    cwd: dir,
  });
  return ok ? [] : [`${place}: its example fails:\n${output.trim()}`];
}
