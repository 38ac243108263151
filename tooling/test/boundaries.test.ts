import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { importsOf, offenceOf } from "../../scripts/gates/boundaries.ts";
import { packagesIn } from "../workspace.ts";

const all = packagesIn("packages");

/** What the gate says about one import, written in a source file of a package. */
function imported(specifier: string, { by, file = "request/lifecycle.ts" }: { by: string; file?: string }) {
  const subject = all.find(({ folder }) => folder === by);
  if (!subject) throw new Error(`no package ${by}`);
  const sources = join(subject.dir, "src");
  return offenceOf(specifier, { subject, file: join(sources, file), sources, all });
}

describe("import rules", () => {
  it.each([
    ["core", "node:fs", "this package runs without Node"],
    ["core", "fs", "write node:fs"],
    ["core", "pino", "core imports nothing outside of itself"],
    ["core", "@sop/node", "core imports nothing outside of itself"],
    ["core", "../../test/support/clock.js", "it leaves the package's sources"],
    ["hono", "node:http", "this package runs without Node"],
    ["fastify", "@sop/express", "fastify must not import express"],
    ["express", "@sop/core/request/lifecycle", "it is no public entry"],
    ["express", "../../../core/src/sop.js", "it leaves the package's sources"],
    ["fastify", "@sop/node", "fastify must not import node"],
    ["lab", "@sop/cli", "lab must not import cli"],
    ["node", "@sop/lab", "node must not import lab"],
    ["express", "@sop/conformance", "express must not import conformance"],
    ["express", "fastify", "it is neither a dependency nor a peer"],
    ["nestjs", "@nestjs/platform-express", "it is neither a dependency nor a peer"],
  ])("forbid %s to import %s", (by, specifier, offence) => {
    expect(imported(specifier, { by })).toBe(offence);
  });

  it.each([
    ["core", "../metrics/metrics.js"],
    ["fastify", "@sop/core"],
    ["fastify", "fastify"],
    ["fastify", "node:http"],
    ["node", "@sop/core"],
    ["node", "yaml"],
    ["lab", "@sop/node/forensics"],
    ["cli", "@sop/lab"],
    ["hono", "hono/factory"],
  ])("let %s import %s", (by, specifier) => {
    expect(imported(specifier, { by })).toBeUndefined();
  });

  it("see types, re-exports and dynamic imports", () => {
    const text = 'import type { A } from "a"; export * from "b"; export type C = import("c").C; await import("d");';
    expect(importsOf(text).sort()).toEqual(["a", "b", "c", "d"]);
  });
});
