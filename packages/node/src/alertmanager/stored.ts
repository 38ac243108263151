import type { Labels } from "./alert.js";
import type { Entry, Told } from "./book.js";

const SCHEMA = "sop.alerts/1";

interface Stored {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: number;
  readonly endedAt?: number | undefined;
  readonly generatorURL?: string | undefined;
  readonly told: Readonly<Record<string, Told>>;
  readonly version: number;
}

/** The text of a file that holds these. */
export function rendered(entries: Iterable<Entry>): string {
  const alerts = [...entries].map(
    ({ alert, version, told }): Stored => ({ ...alert, version, told: Object.fromEntries(told) }),
  );
  return JSON.stringify({ schema: SCHEMA, alerts });
}

/** What a file holds, of a process that was gone at `endedAt`; an alert that is damaged is left out. Throws where it is no such file. */
export function entriesOf(text: string, endedAt: number): Entry[] {
  const { schema, alerts } = Object(JSON.parse(text)) as { schema?: unknown; alerts?: unknown };
  if (schema !== SCHEMA || !Array.isArray(alerts)) throw new Error(`it is not of the form ${SCHEMA}`);
  return alerts.filter(isStored).map((stored) => entryOf(stored, endedAt));
}

/** What fired ended with its process. */
function entryOf({ version, told, ...alert }: Stored, endedAt: number): Entry {
  const hasEnded = alert.endedAt !== undefined;
  return {
    alert: {
      labels: alert.labels,
      annotations: alert.annotations,
      startsAt: alert.startsAt,
      endedAt: hasEnded ? alert.endedAt : Math.max(endedAt, alert.startsAt),
      generatorURL: alert.generatorURL,
    },
    version: hasEnded ? version : version + 1,
    told: new Map(Object.entries(told)),
  };
}

function isStored(value: unknown): value is Stored {
  const { labels, annotations, startsAt, endedAt, generatorURL, told, version } = Object(value) as Record<
    string,
    unknown
  >;
  return (
    isTexts(labels) &&
    isTexts(annotations) &&
    isTime(startsAt) &&
    (endedAt === undefined || isTime(endedAt)) &&
    (generatorURL === undefined || typeof generatorURL === "string") &&
    Number.isInteger(version) &&
    isObject(told) &&
    Object.values(told).every(isTold)
  );
}

function isTold(value: unknown): boolean {
  const { version, since, at, isOver } = Object(value) as Record<string, unknown>;
  return Number.isInteger(version) && isTime(since) && isTime(at) && typeof isOver === "boolean";
}

function isTexts(value: unknown): value is Labels {
  return isObject(value) && Object.values(value).every((text) => typeof text === "string");
}

/** One that a date can be made of. */
function isTime(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= 8.64e15;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
