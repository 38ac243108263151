import { existsSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { publishedPackages, type WorkspacePackage } from "../../tooling/workspace.ts";
import type { Gate } from "../lib/gate.ts";

/** KiB, minified and gzip -9: what an edge deployment or a browser-like loader pays for everything a package exports. */
const limits: Readonly<Record<string, number>> = { core: 64, express: 2, fastify: 2, hono: 2, nestjs: 2.5 };

/** KiB of the core without the rooms below, but with what joins them to it: requests, panics, metrics, incidents, drain. */
const FOUNDATION = 16;

/** The folders of the core that have come on top of it. */
const ROOMS = /[/\\](?:faults|overload|resilience|outgoing|flags|logic|rules|trace|diagnose)[/\\]/;

export const size: Gate = {
  name: "size",
  about:
    "core within its budgets (ADR 10) and each adapter 2 KiB (NestJS 2.5), minified and compressed, with all they export",
  async run() {
    const figures: string[] = [];
    const problems: string[] = [];
    const hold = (what: string, bytes: number, limit: number): void => {
      const figure = `${what} ${(bytes / 1024).toFixed(2)} of ${limit.toFixed(1)} KiB`;
      figures.push(figure);
      if (bytes > limit * 1024) problems.push(`${figure}: ${bytes - limit * 1024} bytes too many`);
    };
    for (const found of publishedPackages()) {
      const limit = limits[found.folder];
      if (limit === undefined) continue;
      const built = join(found.dir, "dist/index.js");
      if (!existsSync(built)) {
        problems.push(`packages/${found.folder} has no build: pnpm build`);
        continue;
      }
      hold(found.folder, await compressed(built, { external: outside(found) }), limit);
      if (found.folder !== "core") continue;
      const sources = join(found.dir, "src/index.ts");
      hold("its foundation", await compressed(sources, { plugins: [withoutRooms] }), FOUNDATION);
    }
    return { problems, note: figures.join(", ") };
  },
};

/** Core, the framework and Node are the application's already, so an adapter is measured without them. */
function outside({ manifest }: WorkspacePackage): string[] {
  const names = ["@sop/core", ...Object.keys(manifest.peerDependencies ?? {})];
  return ["node:*", ...names.flatMap((name) => [name, `${name}/*`])];
}

const withoutRooms: Plugin = {
  name: "without-rooms",
  setup({ onResolve }) {
    onResolve({ filter: ROOMS }, ({ path }) => ({ path, external: true }));
  },
};

async function compressed(entry: string, options: BuildOptions): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    legalComments: "none",
    logLevel: "silent",
    ...options,
  });
  return (outputFiles ?? []).reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
}
