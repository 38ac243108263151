import { createHash } from "node:crypto";
import type { RecordedWindow, RequestInFlight, Sop } from "@sop/core";
import type { Contributed } from "./contributions.js";
import type { RecordedEvent } from "./event-log.js";
import type { RequestEvidence } from "./failing-request.js";
import type { HeavyResult } from "./heavy.js";
import { json, maskData } from "./mask.js";

/** One file of an incident's directory: its relative path and its content. */
export type EvidenceFile = readonly [name: string, data: string | Uint8Array];

/** What a bundle is made of. */
export interface Evidence {
  readonly events: readonly RecordedEvent[];
  /** Requests in flight when the incident was opened, the oldest first. */
  readonly requests: readonly RequestInFlight[];
  /** The flags that had a value when the incident was opened. */
  readonly flags: ReturnType<Sop["flags"]>;
  /** Node's diagnostic report, taken when the incident was opened. */
  readonly report: unknown;
  readonly failing: RequestEvidence;
  /** What other parts have of it. */
  readonly contributed: Contributed;
  /** What was written past memory: snapshots of the heap, core dumps. */
  readonly heavy?: HeavyResult | undefined;
}

/** A file that the bundle does not have, and why. */
export interface LeftOut {
  readonly file: string;
  readonly why: string;
}

/** Where the evidence comes from. */
export interface Origin {
  readonly service: string;
  readonly commit: string | undefined;
  readonly image: string | undefined;
  readonly entry: string | undefined;
}

const MAX_REQUESTS = 1_000;
const KINDS: Readonly<Record<string, string>> = {
  "bundle/events.ndjson": "events",
  "bundle/requests.json": "requests-in-flight",
  "bundle/flags.json": "flags",
  "bundle/window.json": "recorded-window",
  "bundle/report.json": "node-report",
  "bundle/request.json": "failing-request",
  "bundle/request.body": "failing-request-body",
};
const NOT_TAKEN = [
  { file: "bundle/sensors.json", why: "the sensors are off" },
  { file: "bundle/heap.pb.gz", why: "no heap profile was taken" },
  { file: "bundle/cpu.pb.gz", why: "no CPU profile was taken" },
  { file: "bundle/heap.heapsnapshot", why: "a snapshot of the heap is only taken when asked for" },
  { file: "bundle/core", why: "a core dump is only taken when asked for" },
];

/**
 * The files of the bundle, without the manifest; each is made when it is asked for. `window`: what the diagnosis looks at, so that it can be
 * made again.
 */
export function* bundleFiles(
  { events, requests, flags, report, failing, contributed }: Evidence,
  window: RecordedWindow,
): Generator<EvidenceFile> {
  yield ["bundle/events.ndjson", events.map((event) => `${JSON.stringify(maskData(event))}\n`).join("")];
  yield ["bundle/requests.json", json({ count: requests.length, requests: requests.slice(0, MAX_REQUESTS) })];
  yield ["bundle/flags.json", json(flags)];
  yield ["bundle/window.json", windowText(window)];
  if (report !== undefined) yield ["bundle/report.json", json(report)];
  // Its headers and its path are masked already, by rules of their own.
  if (failing.request) yield ["bundle/request.json", `${JSON.stringify(failing.request, undefined, 2)}\n`];
  if (failing.body !== undefined) yield ["bundle/request.body", failing.body];
  for (const { name, data } of contributed.files) yield [`bundle/${name}`, data];
}

/** Samples are numbers, and many: they are written as they are. */
function windowText({ samples, ...rest }: RecordedWindow): string {
  return `${JSON.stringify({ ...(maskData(rest) as object), samples })}\n`;
}

/** What the process ran on that the evidence is of. */
interface Runtime {
  readonly node: string;
  readonly v8?: string | undefined;
  readonly platform: string;
  readonly arch: string;
  readonly pid: number;
  readonly cwd: string;
}

function runtimeOf({ version, versions, platform, arch, pid, cwd }: NodeJS.Process): Runtime {
  return { node: version, v8: versions.v8, platform, arch, pid, cwd: cwd() };
}

/** What the bundle does not have, and why. */
export function leftOut({ report, failing, contributed, heavy }: Evidence): LeftOut[] {
  const noReport = { file: "bundle/report.json", why: "the runtime gives no report" };
  const said = contributed.leftOut.map(({ file, why }) => ({ file: `bundle/${file}`, why }));
  const refused = heavy?.leftOut ?? [];
  const known = new Set([
    ...contributed.files.map(({ name }) => `bundle/${name}`),
    ...(heavy?.files ?? []).map(({ name }) => name),
    ...[...said, ...refused].map(({ file }) => file),
  ]);
  const notTaken = NOT_TAKEN.filter(({ file }) => !known.has(file));
  return [...failing.leftOut, ...(report === undefined ? [noReport] : []), ...said, ...refused, ...notTaken];
}

/** `bundle/manifest.json`, schema `sop.bundle/1`. `cut`: what of the evidence is over the limits. */
export function manifest(
  incident: string,
  origin: Origin,
  files: readonly EvidenceFile[],
  evidence: Evidence,
  cut: readonly LeftOut[] = [],
  runtime: Runtime = runtimeOf(process),
): string {
  const kinds = new Map(evidence.contributed.files.map(({ name, kind }) => [`bundle/${name}`, kind]));
  return json({
    schema: "sop.bundle/1",
    incident,
    ...origin,
    runtime,
    files: [
      ...files.map(([name, data]) => ({
        name,
        kind: KINDS[name] ?? kinds.get(name),
        bytes: Buffer.byteLength(data),
        sha256: createHash("sha256").update(data).digest("hex"),
      })),
      ...(evidence.heavy?.files ?? []),
    ],
    leftOut: [...cut, ...leftOut(evidence)],
  });
}
