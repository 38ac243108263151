import { createHash } from "node:crypto";
import type { ConfigSnapshot, ConfigUpdate } from "@sop/core";
import type { Told } from "./asked.js";
import type { FlagsRead } from "./flag-reader.js";

/** What a source has told so far; from it follows what is news. */
export class Progress {
  #flags: ConfigSnapshot["flags"] = {};
  #revision: string | undefined;
  /** What is wrong with the provider. */
  #problem: string | undefined;
  /** What is wrong with single flags. */
  #problems = "";

  /** The last flags that were told. */
  get flags(): ConfigSnapshot["flags"] {
    return this.#flags;
  }

  /** What is new after a provider told of itself, and its flags were read where it could answer. */
  *updates(told: Told, read: FlagsRead | undefined): Iterable<ConfigUpdate> {
    if (read) yield* this.#ready(read, told.kind === "fine");
    if (told.kind === "fine" || told.problem === this.#problem) return;
    this.#problem = told.problem;
    const isLost = this.#revision === undefined || (told.kind === "failed" && told.isFinal);
    yield { state: isLost ? "ERROR" : "STALE", problem: told.problem };
  }

  *#ready({ flags, problems }: FlagsRead, isFine: boolean): Iterable<ConfigUpdate> {
    const revision = revisionOf(flags);
    const isMended = isFine && this.#problem !== undefined;
    if (revision === this.#revision && problems.join() === this.#problems && !isMended) return;
    this.#flags = flags;
    this.#revision = revision;
    this.#problem = undefined;
    this.#problems = problems.join();
    yield { state: "READY", snapshot: { revision, flags }, problems };
  }
}

/** The first 12 hex digits of the SHA-256 of all flags. */
function revisionOf(flags: ConfigSnapshot["flags"]): string {
  return createHash("sha256").update(JSON.stringify(flags)).digest("hex").slice(0, 12);
}
