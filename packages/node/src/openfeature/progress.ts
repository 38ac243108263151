import { createHash } from "node:crypto";
import type { ConfigSnapshot, ConfigUpdate } from "@sop/core";
import type { Told } from "./asked.js";
import type { FlagsRead } from "./flag-reader.js";

/** What a source has told so far; from it follows what is news. */
export class Progress {
  #flags: ConfigSnapshot["flags"] = {};
  #revision: string | undefined;
  #problem: string | undefined;

  /** The last flags that were told. */
  get flags(): ConfigSnapshot["flags"] {
    return this.#flags;
  }

  /** What is new after a provider told of itself, and its flags were read where it could answer. */
  *updates(told: Told, read: FlagsRead | undefined): Iterable<ConfigUpdate> {
    const problem = told.kind === "fine" ? read?.problem : told.problem;
    const isMended = this.#problem !== undefined && problem === undefined;
    if (read?.flags) {
      const revision = revisionOf(read.flags);
      if (revision !== this.#revision || isMended) {
        this.#flags = read.flags;
        this.#revision = revision;
        this.#problem = undefined;
        yield { state: "READY", snapshot: { revision, flags: read.flags } };
      }
    }
    if (problem === undefined || problem === this.#problem) return;
    this.#problem = problem;
    const isLost = this.#revision === undefined || (told.kind === "failed" && told.isFinal);
    yield { state: isLost ? "ERROR" : "STALE", problem };
  }
}

/** The first 12 hex digits of the SHA-256 of all flags. */
function revisionOf(flags: ConfigSnapshot["flags"]): string {
  return createHash("sha256").update(JSON.stringify(flags)).digest("hex").slice(0, 12);
}
