/** One promise that is checked on every run, by itself: it must not need another gate to have run. */
export interface Gate {
  readonly name: string;
  /** What it promises, in one line. */
  readonly about: string;
  run(options: { readonly update: boolean }): Promise<Verdict>;
}

export interface Verdict {
  /** What is wrong and where, each with what to do about it; empty when the promise holds. */
  readonly problems: readonly string[];
  /** Figures worth seeing when it passes. */
  readonly note?: string | undefined;
}
