/** A position in code, as a profile shows it. Lines and columns begin at 1; 0 where there is none. */
export interface ProfileFrame {
  readonly name: string;
  /** A path, `node:fs`, or `""` for what is of no file. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What the numbers of samples are: `inuse_space` in `bytes`. */
export interface ValueType {
  readonly type: string;
  readonly unit: string;
}

/** One stack with its numbers. */
export interface ProfileSample {
  /** What runs first, then who called it. */
  readonly stack: readonly ProfileFrame[];
  /** As many as the profile has types of values; whole numbers of at least 0. */
  readonly values: readonly number[];
  /** Of texts and of numbers with their units, to filter by (`-tagfocus`). */
  readonly labels?: Readonly<Record<string, string | { readonly value: number; readonly unit: string }>>;
}

/** What a profile of pprof says. */
export interface Profile {
  readonly types: readonly ValueType[];
  readonly samples: readonly ProfileSample[];
  /** The type that is shown where no other is asked for. Default: the last. */
  readonly shown?: string;
  /** Between which events a sample is taken: `cpu` each so many `nanoseconds`, `space` each so many `bytes`. */
  readonly period?: ValueType & { readonly every: number };
  /** When it was taken, or began to be: milliseconds since 1970. */
  readonly at: number;
  /** Over how long, in milliseconds. */
  readonly over?: number;
  /** For people; `go tool pprof -comments` shows them. */
  readonly comments?: readonly string[];
  /** Regular expressions (RE2) of functions: a frame that matches `drop` goes, with all that it called, unless it matches `keep`. */
  readonly drop?: string;
  readonly keep?: string;
}
