/** What the main thread hands over when it is asked, by name: plain data. */
export interface Parts {
  /** When they were read, in milliseconds since 1970. */
  readonly asOf: number;
  /** `false`: the main thread did not answer in time, and these are the last known. */
  readonly isLive: boolean;
}

/** The name of a part of {@link Parts}. */
export type PartName = Exclude<keyof Parts, "asOf" | "isLive">;
