import type { SourceChange, SourceState } from "@sop/core";

const WORSE: readonly SourceState[] = ["READY", "STALE", "ERROR"];
const FINE = { state: "READY", problem: undefined } as const;

/** The states of all sources as one: the worst of them. */
export class SourceStates {
  readonly #last = new Map<string, Pick<SourceChange, "state" | "problem">>();
  #worst: Pick<SourceChange, "state" | "problem"> = FINE;

  get state(): SourceState {
    return this.#worst.state;
  }

  get problem(): string | undefined {
    return this.#worst.problem;
  }

  /** Whether the worst is another one than before. */
  note({ source, state, problem }: SourceChange): boolean {
    this.#last.set(source, { state, problem: problem && `${source}: ${problem}` });
    const before = this.#worst;
    this.#worst = [...this.#last.values()].reduce(
      (worst, one) => (WORSE.indexOf(one.state) > WORSE.indexOf(worst.state) ? one : worst),
      FINE as Pick<SourceChange, "state" | "problem">,
    );
    return this.#worst.state !== before.state || this.#worst.problem !== before.problem;
  }
}
