import { existsSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { publishedPackages, type WorkspacePackage } from "../../tooling/workspace.ts";
import type { Gate } from "../lib/gate.ts";

/** KiB, minified and gzip -9: what an edge deployment or a browser-like loader pays for everything a package exports. */
const limits: Readonly<Record<string, number>> = { core: 12, express: 2, fastify: 2, hono: 2, nestjs: 2 };

export const size: Gate = {
  name: "size",
  about: "core at most 12 KiB and each adapter 2 KiB, minified and compressed, with all they export",
  async run() {
    const figures: string[] = [];
    const problems: string[] = [];
    for (const found of publishedPackages()) {
      const limit = limits[found.folder];
      if (limit === undefined) continue;
      const built = join(found.dir, "dist/index.js");
      if (!existsSync(built)) {
        problems.push(`packages/${found.folder} has no build: pnpm build`);
        continue;
      }
      const bytes = await compressed(built, found);
      const figure = `${found.folder} ${(bytes / 1024).toFixed(2)} of ${limit.toFixed(1)} KiB`;
      figures.push(figure);
      if (bytes > limit * 1024) problems.push(`${figure}: ${bytes - limit * 1024} bytes too many`);
    }
    return { problems, note: figures.join(", ") };
  },
};

/** Core, the framework and Node are the application's already, so an adapter is measured without them. */
async function compressed(built: string, { manifest }: WorkspacePackage): Promise<number> {
  const outside = ["@sop/core", ...Object.keys(manifest.peerDependencies ?? {})].flatMap((name) => [name, `${name}/*`]);
  const { outputFiles } = await build({
    entryPoints: [built],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    legalComments: "none",
    logLevel: "silent",
    external: ["node:*", ...outside],
  });
  return outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
}
