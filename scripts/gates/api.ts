import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { entriesOf, publishedPackages, root, specifierOf, type WorkspacePackage } from "../../tooling/workspace.ts";
import type { Gate } from "../lib/gate.ts";

export const api: Gate = {
  name: "api",
  about: "each package exports what its api.txt lists (`pnpm api:update` renews the lists)",
  async run({ update }) {
    const problems: string[] = [];
    for (const found of publishedPackages()) {
      const file = join(found.dir, "api.txt");
      const unbuilt = entriesOf(found.dir).filter((entry) => !existsSync(declarations(found, entry)));
      if (unbuilt.length > 0) {
        problems.push(`packages/${found.folder} has no build of ${unbuilt.join(", ")}: pnpm build`);
        continue;
      }
      const lines = exportList(found);
      if (update) {
        writeFileSync(file, `${lines.join("\n")}\n`);
        continue;
      }
      const listed = existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
      const added = lines.filter((line) => !listed.includes(line)).map((line) => `  + ${line}`);
      const gone = listed.filter((line) => !lines.includes(line)).map((line) => `  - ${line}`);
      if (added.length + gone.length > 0) {
        problems.push(
          [`${relative(root, file)} has drifted; on purpose? Then: pnpm api:update`, ...gone, ...added].join("\n"),
        );
      }
    }
    return { problems };
  },
};

/** One sorted line for each exported name: entry, kind, name. */
function exportList(found: WorkspacePackage): string[] {
  const entries = entriesOf(found.dir).map((entry) => ({ entry, file: declarations(found, entry) }));
  const program = ts.createProgram({
    rootNames: entries.map(({ file }) => file),
    options: {
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      strict: true,
      skipLibCheck: true,
      types: ["node"],
    },
  });
  const checker = program.getTypeChecker();
  return entries.flatMap(({ entry, file }) => {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    const exported = module ? checker.getExportsOfModule(module) : [];
    const specifier = specifierOf(found.manifest.name, entry);
    return exported.map((symbol) => `${specifier}: ${kindOf(symbol, checker)} ${symbol.name}`).sort();
  });
}

function declarations({ dir }: WorkspacePackage, entry: string): string {
  return join(dir, "dist", `${entry}.d.ts`);
}

function kindOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const typeOnly = symbol.declarations?.some((node) => ts.isExportSpecifier(node) && node.isTypeOnly);
  const { flags } = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  if (typeOnly || !(flags & ts.SymbolFlags.Value)) return flags & ts.SymbolFlags.Interface ? "interface" : "type";
  if (flags & ts.SymbolFlags.Class) return "class";
  if (flags & ts.SymbolFlags.Function) return "function";
  return "const";
}
