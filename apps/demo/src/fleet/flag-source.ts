import { startEtcd } from "./etcd.ts";

/** Where the catalog's flag can live. */
export const SOURCES = ["file", "etcd"] as const;
export type SourceName = (typeof SOURCES)[number];

/** The catalog's flag: while it is true, uploads are parsed. */
export const FLAG = "pictures.parse";

/** What holds the catalog's flag, which is true in it. */
export interface FlagSource {
  readonly name: SourceName;
  /** Where it is, for people. */
  readonly place: string;
  /** Its part of the catalog's sop.yaml. */
  readonly config: string;
  stop(): Promise<void>;
}

const PREFIX = "/sop/catalog/";

const FILE: FlagSource = {
  name: "file",
  place: "its sop.yaml",
  config: `flags:
  ${FLAG}: true
`,
  stop: async () => {},
};

/** Makes the source ready: for `etcd`, starts one with its files below `dir` and puts the flag into it. Throws where it cannot be used. */
export async function openFlagSource(name: SourceName, dir: string, signal: AbortSignal): Promise<FlagSource> {
  if (name === "file") return FILE;
  const { endpoint, stop } = await startEtcd(dir, { [PREFIX + FLAG]: "true" }, signal);
  // Without a cache file, what the catalog has after its restart is what etcd told the new process.
  const config = `sources:
  - etcd: { endpoints: ["${endpoint}"], prefix: ${PREFIX}, cache: false }
`;
  return { name, place: `etcd at ${endpoint}`, config, stop };
}
