/** Where something was allocated. */
export interface Frame {
  readonly function?: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly package?: string;
  readonly version?: string;
}

/** A site that allocates, as the plane tells it. */
export interface Site {
  readonly frame: Frame;
  readonly caller?: Frame;
  readonly retained?: string;
  readonly bytes: number;
  readonly objects: number;
}

/** Something that holds others. */
export interface Structure {
  readonly id: number;
  readonly kind: "map" | "set" | "array" | "listeners" | "unread";
  readonly name: string;
  readonly of: string;
  readonly size: number;
}

/** What `GET /debug/mw/allocations` says. */
export interface Look {
  readonly asOf: string;
  /** Bytes between two samples. */
  readonly interval: number;
  readonly memory: {
    readonly requests: number;
    readonly heapUsed: number;
    readonly external: number;
    readonly arrayBuffers: number;
    readonly rss: number;
    readonly resources: Readonly<Record<string, number>>;
  };
  readonly sites: readonly Site[];
  readonly structures?: readonly Structure[];
}
