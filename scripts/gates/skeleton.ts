import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { entriesOf, publishedPackages, type WorkspacePackage } from "../../tooling/workspace.ts";
import type { Gate } from "../lib/gate.ts";

export const skeleton: Gate = {
  name: "skeleton",
  about: "every published package has the same parts: README with an example, exports map, types for both, type test",
  async run() {
    return {
      problems: publishedPackages().flatMap((found) =>
        missing(found).map((what) => `packages/${found.folder}: ${what}`),
      ),
    };
  },
};

// vitest, which its audits are written for, cannot be required.
const ESM_ONLY = ["conformance"];

function missing({ folder, dir, manifest }: WorkspacePackage): string[] {
  const problems: string[] = [];
  const expect = (held: boolean, what: string) => void (held || problems.push(what));

  const readme = existsSync(join(dir, "README.md")) ? readFileSync(join(dir, "README.md"), "utf8") : "";
  expect(readme.startsWith(`# ${manifest.name}\n`), `README.md does not start with "# ${manifest.name}"`);
  expect(/^```(?:ts|js|sh)\n/m.test(readme), "README.md has no example in a ts, js or sh block");

  expect(manifest.license === "MIT", "license is not MIT");
  expect(manifest.type === "module", 'type is not "module"');
  expect(Boolean(manifest.description), "no description");
  expect(manifest.engines?.["node"] === ">=20.19", "engines.node is not >=20.19");
  expect(manifest.files?.includes("dist") === true, "files does not list dist");
  expect(typeof manifest.sideEffects === "boolean" || Array.isArray(manifest.sideEffects), "sideEffects is not said");

  for (const subpath of Object.keys(manifest.exports ?? {}).filter((key) => key !== "./package.json")) {
    const source = `src/${subpath === "." ? "index" : subpath.slice(2)}.ts`;
    expect(existsSync(join(dir, source)), `exports["${subpath}"] has no ${source}`);
  }
  for (const entry of entriesOf(dir)) {
    const subpath = entry === "index" ? "." : `./${entry}`;
    const wanted = {
      import: { types: `./dist/${entry}.d.ts`, default: `./dist/${entry}.js` },
      ...(!ESM_ONLY.includes(folder) && {
        require: { types: `./dist/${entry}.d.cts`, default: `./dist/${entry}.cjs` },
      }),
    };
    expect(
      JSON.stringify(manifest.exports?.[subpath]) === JSON.stringify(wanted),
      `exports["${subpath}"] is not ${JSON.stringify(wanted)}`,
    );
  }
  const typeTests = existsSync(join(dir, "test"))
    ? readdirSync(join(dir, "test")).filter((name) => name.endsWith(".test-d.ts"))
    : [];
  expect(typeTests.length > 0, "no type test: test/*.test-d.ts");
  return problems;
}
