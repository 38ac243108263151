import type { LockGraph } from "./lock-graph.js";
import { type CauseName, TAXONOMY } from "./taxonomy/taxonomy.js";
import type { Topology } from "./topology.js";

/** Classes of root causes that this version can tell apart, beside `unknown` and `none`. */
export const ROOT_CAUSES: readonly CauseName[] = TAXONOMY.map(({ name }) => name);

/** A class of root causes; `none`: nothing failed; `unknown`: something did, and the evidence does not say what. */
export type RootCause = CauseName | "unknown" | "none";

/** A package, as its manifest says. */
export interface PackageVersion {
  readonly name: string;
  readonly version: string | undefined;
}

/** A file position of the failing code, with the package that it belongs to. */
export interface RecordedFrame {
  readonly function: string | undefined;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Name and version of the package the file is part of; `undefined` for the runtime's own. */
  readonly package: string | undefined;
  readonly version: string | undefined;
  /** The application's own dependency that brought the package in, where it is not one itself. */
  readonly requiredBy?: PackageVersion | undefined;
}

/** A panic as the recorder keeps it. */
export interface RecordedPanic {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly name: string;
  readonly origin: "handler" | "uncaughtException" | "unhandledRejection";
  readonly type: string;
  readonly message: string;
  readonly code: string | undefined;
  /** All frames, topmost first. */
  readonly frames: readonly RecordedFrame[];
  readonly requestId: string | undefined;
  readonly method: string | undefined;
  readonly route: string | undefined;
}

/** One piece of evidence: what was seen, where and when, the figure, and the limit that it crossed. */
export interface Evidence {
  readonly seen: string;
  readonly where: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly figure: number;
  readonly limit: string;
  /** The name of the figure among `features`, where it is one of them. */
  readonly feature?: string | undefined;
  /** Milliseconds since 1970: the samples that the figure is from. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** The document of schema `sop.diagnosis/1`. */
export interface Diagnosis {
  readonly schema: "sop.diagnosis/1";
  readonly root_cause: RootCause;
  readonly verdict: "confirmed" | "likely" | "unknown";
  readonly trigger: "deploy" | "config" | "traffic" | "dependency" | "none" | "unknown";
  /** One sentence for people. */
  readonly summary: string;
  /** The package whose code threw, where it is not the application's own. */
  readonly package: (PackageVersion & { readonly requiredBy: PackageVersion | undefined }) | undefined;
  readonly route: string | undefined;
  readonly evidence_trace: readonly Evidence[];
  readonly ruled_out: readonly { readonly class: string; readonly evidence: string }[];
  readonly missing: readonly string[];
  readonly mitigation_suggestion: readonly { readonly text: string; readonly command: string | undefined }[];
  /** Named figures, with their units in the name. */
  readonly features: Readonly<Record<string, number>>;
  /** Who waits for whom; `null` where nothing that can be waited for is tracked. */
  readonly lock_graph: LockGraph | null;
  /** Routes and what they call; `null` where none were recorded. */
  readonly topology: Topology | null;
}
