import { globSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";
import { entriesOf, packagesIn, specifierOf, type WorkspacePackage } from "../../tooling/workspace.ts";
import type { Gate } from "../lib/gate.ts";

const ADAPTERS = ["fastify", "hono", "nestjs", "express"];

/** Which packages of the workspace the sources of a package may import: only what lies below it. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  core: [],
  conformance: ["core"],
  ...Object.fromEntries(ADAPTERS.map((name) => [name, ["core"]])),
  node: ["core"],
  lab: ["core", "node"],
  cli: ["core", "node", "lab"],
};

/** Runs on Workers, Bun and Deno too, so it imports nothing of Node. */
const PORTABLE = ["core", "hono"];

export const boundaries: Gate = {
  name: "boundaries",
  about: "imports go down only, through public entries; core imports nothing, an adapter only core and its framework",
  async run() {
    const packages = packagesIn("packages");
    return { problems: packages.flatMap((subject) => offencesOf(subject, packages)) };
  },
};

function offencesOf(subject: WorkspacePackage, all: readonly WorkspacePackage[]): string[] {
  const sources = join(subject.dir, "src");
  return globSync("**/*.ts", { cwd: sources }).flatMap((file) => {
    const path = join(sources, file);
    return importsOf(readFileSync(path, "utf8")).flatMap((specifier) => {
      const offence = offenceOf(specifier, { subject, file: path, sources, all });
      return offence === undefined ? [] : [`${subject.folder}/src/${file}: imports ${specifier}: ${offence}`];
    });
  });
}

/** Every module a source text names, types and dynamic imports included. */
export function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

interface Place {
  readonly subject: WorkspacePackage;
  readonly file: string;
  readonly sources: string;
  readonly all: readonly WorkspacePackage[];
}

/** Why an import is not allowed, or `undefined` where it is. */
export function offenceOf(specifier: string, { subject, file, sources, all }: Place): string | undefined {
  const { folder, manifest } = subject;
  if (specifier.startsWith(".")) {
    const target = relative(sources, resolve(dirname(file), specifier));
    return target.startsWith("..") ? "it leaves the package's sources" : undefined;
  }
  if (specifier.startsWith("node:")) return PORTABLE.includes(folder) ? "this package runs without Node" : undefined;
  if (builtinModules.includes(specifier)) return `write node:${specifier}`;
  if (folder === "core") return "core imports nothing outside of itself";
  const owner = all.find(({ manifest: { name } }) => specifier === name || specifier.startsWith(`${name}/`));
  if (owner !== undefined) {
    if (!(BELOW[folder] ?? []).includes(owner.folder)) return `${folder} must not import ${owner.folder}`;
    const entries = entriesOf(owner.dir).map((entry) => specifierOf(owner.manifest.name, entry));
    return entries.includes(specifier) ? undefined : "it is no public entry";
  }
  const known = { ...manifest.dependencies, ...manifest.peerDependencies };
  const isKnown = Object.keys(known).some((name) => specifier === name || specifier.startsWith(`${name}/`));
  if (!isKnown) return "it is neither a dependency nor a peer";
  if (ADAPTERS.includes(folder) && !isPeer(specifier, subject)) return "an adapter imports only core and its framework";
  return undefined;
}

function isPeer(specifier: string, { manifest }: WorkspacePackage): boolean {
  return Object.keys(manifest.peerDependencies ?? {}).some(
    (name) => specifier === name || specifier.startsWith(`${name}/`),
  );
}
