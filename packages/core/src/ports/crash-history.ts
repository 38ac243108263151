/** Crashes of the service's earlier processes, as somebody has kept them: a crash ends the process whose rules could act on it. */
export interface CrashHistory {
  /** When they were, in milliseconds since 1970. Called once, by a service that has a rule on `crashes`. */
  read(): readonly number[];
  /** A rule acted on them: the incident is theirs. `detail`: one sentence for people. */
  mitigated(detail: string): void;
}
