/** What kinds of events there are. `omitted`: so many of a kind came at once that some were only counted. */
export const EVENT_TYPES = [
  "panic",
  "crash",
  "refused",
  "deadline",
  "injected",
  "breaker",
  "fleet",
  "outgoing",
  "flag",
  "source",
  "rule",
  "incident",
  "drain",
  "override",
  "audit",
  "alert",
  "omitted",
] as const;

/** The name of a kind of event. */
export type EventType = (typeof EVENT_TYPES)[number];

/** Something that happened, without secrets: messages are masked, values of flags too where their names say so. */
export interface FeedEvent {
  /** Rises within a process, and differs from those of earlier ones: `mifq2k3v-17`. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly type: EventType;
  readonly data: Readonly<Record<string, unknown>>;
}
