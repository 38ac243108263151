import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** A diagnosis as it was at one time. */
export interface SeenDiagnosis {
  /** Milliseconds since 1970: when it was written. */
  readonly at: number;
  readonly cause: string;
}

/** An incident as it is on disk. */
export interface SeenIncident {
  readonly id: string;
  /** What its diagnosis said, each time that it said something else; the first one first. */
  readonly history: readonly SeenDiagnosis[];
  /** The last of them; `not diagnosed` where there is none. */
  readonly cause: string;
  readonly verdict: string;
  readonly summary: string;
  readonly features: Readonly<Record<string, number>>;
}

interface Followed {
  modified: number;
  readonly history: SeenDiagnosis[];
}

/** Follows what is written below a directory of incidents: a diagnosis may be renewed. */
export class IncidentWatch {
  readonly #dir: string;
  readonly #known = new Map<string, Followed>();
  readonly #timer: NodeJS.Timeout;

  constructor(dir: string) {
    this.#dir = dir;
    this.#timer = setInterval(() => this.#look(), 100);
  }

  /** All of them, the oldest first. */
  read(): SeenIncident[] {
    this.#look();
    return this.#ids().map((id) => this.#read(id));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #ids(): string[] {
    try {
      const entries = readdirSync(this.#dir, { withFileTypes: true });
      return entries.flatMap((entry) => (entry.isDirectory() && /^\d{8}T/.test(entry.name) ? [entry.name] : [])).sort();
    } catch {
      return [];
    }
  }

  #look(): void {
    for (const id of this.#ids()) {
      const file = join(this.#dir, id, "diagnosis.json");
      const modified = modifiedAt(file);
      const known = this.#known.get(id) ?? { modified: 0, history: [] };
      this.#known.set(id, known);
      if (modified === undefined || modified === known.modified) continue;
      known.modified = modified;
      const cause = causeOf(readJson(file));
      if (cause !== known.history.at(-1)?.cause) known.history.push({ at: modified, cause });
    }
  }

  #read(id: string): SeenIncident {
    const document = readJson(join(this.#dir, id, "diagnosis.json"));
    return {
      id,
      history: this.#known.get(id)?.history ?? [],
      cause: causeOf(document),
      verdict: String(document["verdict"] ?? ""),
      summary: String(document["summary"] ?? ""),
      features: (document["features"] ?? {}) as Readonly<Record<string, number>>,
    };
  }
}

function causeOf(document: Readonly<Record<string, unknown>>): string {
  return String(document["root_cause"] ?? "not diagnosed");
}

function modifiedAt(file: string): number | undefined {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return undefined;
  }
}

function readJson(file: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}
