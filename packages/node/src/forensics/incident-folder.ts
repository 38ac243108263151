import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  type Diagnosis,
  diagnose,
  type Incident,
  type IncidentStepName,
  type IncidentTrigger,
  type RequestContext,
  type Sop,
} from "@sop/core";
import { makeDirectory } from "../files/make-directory.js";
import type { BodyTap } from "./body-tap.js";
import { bundleFiles, type Evidence, type EvidenceFile, leftOut, manifest, type Origin } from "./bundle.js";
import { type ContributedFile, contributedFiles, contributedLater, contributedWindow } from "./contributions.js";
import type { EventLog } from "./event-log.js";
import { type RequestEvidence, recordRequest } from "./failing-request.js";
import { type HeavyEvidence, type HeavyResult, takeHeavy } from "./heavy.js";
import { type IncidentRecord, withKnownSteps } from "./incident-file.js";
import { withinLimits } from "./limits.js";
import { json } from "./mask.js";
import { processReport } from "./process-report.js";
import { readReport } from "./read-evidence.js";
import { recordIncident } from "./record-incident.js";
import { reportFiles } from "./report/files.js";
import type { ReportParts } from "./report/story.js";
import type { Shelf } from "./shelf.js";
import { windowOf } from "./window.js";
import { BREATHE, type WriteStep, writeStepsLater, writeStepsNow } from "./write-steps.js";

/** What all incidents of a process have in common. */
export interface Scene {
  readonly sop: Sop;
  readonly dir: string;
  /** Makes room for what is written. */
  readonly shelf: Shelf;
  readonly events: EventLog;
  readonly origin: Origin;
  /** Told of a contributor that failed. */
  failed(name: string, error: unknown): void;
}

/** Milliseconds for evidence that takes its time. */
const LATE_LIMIT = 10_000;

/** The directory of one incident: takes the evidence when it opens, and brings it to disk. */
export class IncidentFolder {
  readonly #incident: Incident;
  readonly #scene: Scene;
  readonly #dir: string;
  readonly #atOpening: Pick<Evidence, "requests" | "flags" | "report">;
  /** Hashes of the files as they are on disk. */
  readonly #written = new Map<string, string>();
  #late: readonly ContributedFile[] = [];
  #failing: RequestEvidence = recordRequest(undefined, undefined);
  #isCrash = false;
  #heavy: HeavyResult | undefined;
  #heavyWanted: HeavyEvidence = {};
  #closedAt: number | undefined;
  #round = 0;
  /** Whether the log says that it cannot be written. */
  #isTold = false;
  /** Whether the diagnosis that is on disk found a cause. */
  #isExplained = false;

  constructor(incident: Incident, scene: Scene) {
    this.#incident = incident;
    this.#scene = scene;
    this.#dir = join(scene.dir, incident.id);
    const error = incident.triggers[0]?.panic?.error;
    const { sop } = scene;
    this.#atOpening = { requests: sop.requests(), flags: sop.flags(), report: processReport(error) };
  }

  get id(): string {
    return this.#incident.id;
  }

  /** Takes what was received of the request that failed, as it is now; the first one, but a crash rather than a caught error. */
  failed(context: RequestContext, tap: BodyTap | undefined, isCrash: boolean): void {
    if (this.#failing.request !== undefined && (this.#isCrash || !isCrash)) return;
    this.#isCrash = isCrash;
    this.#failing = recordRequest(context, tap);
  }

  closed(): void {
    this.#closedAt = Date.now();
  }

  /** Takes the evidence that takes its time. Whether there is any, which is to be written then. */
  async takeLate(): Promise<boolean> {
    const { sop, failed } = this.#scene;
    this.#late = await contributedLater(sop, this.#incident, LATE_LIMIT, failed);
    return this.#late.length > 0;
  }

  /** What is to be added when the process leaves. */
  want(heavy: HeavyEvidence): void {
    const given = Object.entries(heavy).filter(([, budget]) => budget !== undefined);
    this.#heavyWanted = { ...this.#heavyWanted, ...Object.fromEntries(given) };
  }

  /** The process leaves, and nobody waits any more: what takes its time and its memory is taken now. Whether there is any, which is to be written then. */
  leave(): boolean {
    const { heapSnapshot, coreDump } = this.#heavyWanted;
    const isOver = this.#heavy !== undefined || this.#closedAt !== undefined;
    if (isOver || (heapSnapshot === undefined && coreDump === undefined)) return false;
    makeDirectory(join(this.#dir, "bundle"));
    this.#heavy = takeHeavy(this.#dir, this.#heavyWanted);
    return true;
  }

  /** Brings everything to disk before it returns. */
  writeNow(): void {
    this.#round++;
    try {
      makeDirectory(join(this.#dir, "bundle"));
      writeStepsNow(this.#dir, this.#steps(), this.#note);
      this.#isTold = false;
    } catch (error) {
      this.#couldNot(error);
    }
  }

  /** Brings everything to disk, without blocking. What `writeNow` writes in the meantime takes precedence. */
  async write(): Promise<void> {
    const round = ++this.#round;
    const isStale = (): boolean => this.#round !== round;
    try {
      makeDirectory(join(this.#dir, "bundle"));
      await writeStepsLater(this.#dir, this.#steps(), this.#note, isStale);
      if (!isStale()) this.#isTold = false;
    } catch (error) {
      this.#couldNot(error);
    }
  }

  readonly #note = ([name, data]: EvidenceFile): void => {
    this.#written.set(name, digest(data));
  };

  /** The files in their order; what has not changed is left out. `incident.json` comes last: whoever sees it can read all others. */
  *#steps(): Generator<WriteStep> {
    const { origin, sop, failed } = this.#scene;
    const now = contributedFiles(sop, this.#incident, failed);
    const evidence: Evidence = {
      ...this.#atOpening,
      events: this.#scene.events.read(),
      failing: this.#failing,
      contributed: { ...now, files: [...now.files, ...this.#late] },
      heavy: this.#heavy,
    };
    const absent = leftOut(evidence);
    const names = absent.map(({ file }) => file);
    // More may join while this is being written: what belongs together is taken together, and the rest is written next.
    const { triggerCount } = this.#incident;
    const triggers = [...this.#incident.triggers];
    const window = windowOf(triggers, origin.entry, evidence.requests.length, names, {
      troubleAt: this.#incident.openedAt,
      startedAt: Date.now() - process.uptime() * 1_000,
      ...contributedWindow(sop, this.#incident, failed),
    });
    yield BREATHE;
    const made: EvidenceFile[] = [];
    for (const file of bundleFiles(evidence, window)) {
      made.push(file);
      yield BREATHE;
    }
    const diagnosis = diagnose(window);
    yield BREATHE;
    const isExplained = hasCause(diagnosis);
    // The trouble is over: what was said of it stays, with the evidence that it is from.
    if (this.#isExplained && !isExplained) {
      yield* this.#report({ ...readReport(this.#dir), incident: this.#record(triggers, triggerCount) });
      return;
    }
    const { files: kept, cut } = withinLimits(made);
    const listed: EvidenceFile = ["bundle/manifest.json", manifest(this.id, origin, kept, evidence, cut)];
    const files = [...kept, listed].map(([name]) => name).concat((this.#heavy?.files ?? []).map(({ name }) => name));
    yield this.#news([...kept, listed, ["diagnosis.json", json(diagnosis)]]);
    this.#isExplained = isExplained;
    this.#mark("recorded", `${files.length} files of evidence`);
    this.#mark("diagnosed", diagnosis.summary);
    const incident = this.#record(triggers, triggerCount);
    yield* this.#report({ incident, diagnosis, window, files, missing: [...cut, ...absent] });
    this.#scene.shelf.prune(this.id);
  }

  /** What is told of it: the report, and `incident.json` at last. */
  *#report(parts: ReportParts): Generator<WriteStep> {
    const report: EvidenceFile[] = [];
    for (const file of reportFiles(parts)) {
      report.push(file);
      yield BREATHE;
    }
    yield this.#news(report);
    yield { kind: "incident", incident: parts.incident };
  }

  /** The incident as it is now, with what other processes noted. */
  #record(triggers: readonly IncidentTrigger[], triggerCount: number): IncidentRecord {
    const closedAt = this.#closedAt;
    const request = this.#failing.request && "bundle/request.json";
    return withKnownSteps(
      this.#dir,
      recordIncident(this.#incident, this.#scene.origin, { triggers, triggerCount, closedAt, request }),
    );
  }

  /** Those that are not on disk as they are now. */
  #news(files: readonly EvidenceFile[]): WriteStep {
    return { kind: "files", files: files.filter(([name, data]) => this.#written.get(name) !== digest(data)) };
  }

  #mark(step: IncidentStepName, detail: string, outcome: "ok" | "failed" = "ok"): void {
    const { sop } = this.#scene;
    // It marks whichever incident is open; by now that may be another one, or none.
    if (sop.incident?.id === this.id) sop.markIncident(step, detail, outcome);
  }

  #couldNot(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (!this.#isTold)
      this.#scene.sop.log.error({ incident: this.id, dir: this.#dir, reason }, "the incident could not be recorded");
    this.#isTold = true;
    this.#mark("recorded", "the evidence could not be written", "failed");
  }
}

/** Whether it says why. */
function hasCause({ root_cause }: Diagnosis): boolean {
  return root_cause !== "none" && root_cause !== "unknown";
}

function digest(data: string | Uint8Array): string {
  return createHash("sha1").update(data).digest("base64");
}
