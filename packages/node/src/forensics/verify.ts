import { createHash } from "node:crypto";
import { createReadStream, lstatSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { readJson } from "./read-json.js";

/** How a file of a bundle is. */
export interface VerifiedFile {
  /** Below the incident's directory: `bundle/events.ndjson`. */
  readonly name: string;
  /** What it is, as the manifest says. */
  readonly kind: string | undefined;
  /** As the manifest says; of a file that is `extra`, as it is. */
  readonly bytes: number;
  /** `intact`: as the manifest says. `extra`: the manifest does not know it. */
  readonly state: "intact" | "changed" | "missing" | "extra";
}

interface Manifest {
  readonly schema: string;
  readonly files: readonly {
    readonly name: string;
    readonly kind?: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
}

const MANIFEST = "bundle/manifest.json";

/**
 * Holds each file of an incident's bundle against its manifest. Nothing is read into memory whole, however large. Throws
 * `SOP_ERR_OPTION` where the manifest is not there, is not readable, or is of another schema than `sop.bundle/1`.
 */
export async function verifyBundle(dir: string): Promise<readonly VerifiedFile[]> {
  const { files } = readJson<Manifest>(dir, MANIFEST, isManifest);
  const verified: VerifiedFile[] = [];
  for (const { name, kind, bytes, sha256 } of files) {
    verified.push({ name, kind, bytes, state: await stateOf(dir, name, bytes, sha256) });
  }
  const known = new Set([MANIFEST, ...files.map(({ name }) => name)]);
  for (const [name, bytes] of filesBelow(dir)) {
    if (!known.has(name)) verified.push({ name, kind: undefined, bytes, state: "extra" });
  }
  return verified;
}

function isManifest(value: unknown): boolean {
  const { schema, files } = Object(value) as Partial<Manifest>;
  return schema === "sop.bundle/1" && Array.isArray(files) && files.every(isEntry);
}

/** A name that leads out of the bundle is no file of it. */
function isEntry(entry: unknown): boolean {
  const { name, bytes, sha256 } = Object(entry) as Partial<Manifest["files"][number]>;
  const isBelow = typeof name === "string" && /^bundle\/[\w.-]+$/.test(name) && !name.includes("..");
  return isBelow && typeof bytes === "number" && typeof sha256 === "string";
}

async function stateOf(dir: string, name: string, bytes: number, sha256: string): Promise<VerifiedFile["state"]> {
  const path = join(dir, name);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) return "missing";
  if (found.size !== bytes) return "changed";
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex") === sha256 ? "intact" : "changed";
}

function filesBelow(dir: string): [name: string, bytes: number][] {
  const bundle = join(dir, "bundle");
  return readdirSync(bundle, { withFileTypes: true, recursive: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(dir, path).split(sep).join("/"), lstatSync(path).size];
    });
}
