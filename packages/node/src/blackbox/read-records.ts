import { textAt } from "./ascii.js";
import { type BlackBox, RECORD_BYTES, RECORDS } from "./memory.js";
import { OTHER, OTHER_NAME, readNames } from "./names.js";
import {
  AT,
  type FlightRecord,
  ID_BYTES,
  KINDS,
  MORE_BYTES,
  type NoteKind,
  ORIGINS,
  OUTCOMES,
  TEXT_BYTES,
  TRACE_BYTES,
} from "./record.js";

/** A record that is complete: its number, where it begins, and all of its text. */
interface Found {
  readonly number: number;
  readonly start: number;
  text: string;
}

/**
 * The records from `since` on, milliseconds since 1970, in the order in which they were written. What is incomplete, being written or no record at all is
 * passed over, so it can be read of a memory that is written to, and of a file that is damaged.
 */
export function readRecords(box: BlackBox, since = 0): FlightRecord[] {
  const names = readNames(box);
  const { records } = box;
  const found: Found[] = [];
  for (let i = 0; i < RECORDS; i++) {
    const start = i * RECORD_BYTES;
    const number = records.getUint32(start + AT.number);
    if (number === 0 || records.getUint32(start + AT.numberAgain) !== number || (number - 1) % RECORDS !== i) continue;
    const at = records.getFloat64(start + AT.at);
    if (!(at > 0 && at >= since && at < 8.64e15)) continue;
    found.push({ number, start, text: "" });
  }
  found.sort((a, b) => a.number - b.number);
  return joined(records, found).flatMap((each) => recordAt(records, each, names) ?? []);
}

/** Texts that go on in the records after theirs are put together. */
function joined(records: DataView, found: readonly Found[]): Found[] {
  const heads: Found[] = [];
  let bytes: Buffer[] = [];
  let last = 0;
  for (const each of found) {
    const isMore = KINDS[records.getUint8(each.start + AT.kind)] === "more";
    const head = heads.at(-1);
    if (isMore && (!head || each.number !== last + 1)) continue;
    last = each.number;
    const limit = isMore ? MORE_BYTES : TEXT_BYTES;
    const length = Math.min(records.getUint8(each.start + AT.textLength), limit);
    const part = Buffer.from(
      records.buffer as ArrayBuffer,
      records.byteOffset + each.start + (isMore ? AT.id : AT.text),
      length,
    );
    if (!isMore) heads.push(each);
    bytes = isMore ? [...bytes, part] : [part];
    // A character of several bytes may begin in one record and end in the next.
    (isMore ? (head as Found) : each).text = Buffer.concat(bytes).toString("utf8");
  }
  return heads;
}

function recordAt(records: DataView, { start, text }: Found, names: readonly string[]): FlightRecord | undefined {
  const kind = KINDS[records.getUint8(start + AT.kind)];
  const at = records.getFloat64(start + AT.at);
  const detail = records.getUint8(start + AT.detail);
  const name = (part: "method" | "name" | "from"): string => names[records.getUint16(start + AT[part])] ?? OTHER;
  const known = (part: "method" | "name" | "from"): string | undefined =>
    records.getUint16(start + AT[part]) === OTHER_NAME ? undefined : name(part);
  const id = textAt(records, start + AT.id, Math.min(records.getUint8(start + AT.idLength), ID_BYTES));
  const requestId = id || undefined;
  const status = records.getUint16(start + AT.status);
  const duration = records.getFloat64(start + AT.duration);
  switch (kind) {
    case "request": {
      const length = Math.min(records.getUint16(start + AT.from), TRACE_BYTES);
      const traceId = textAt(records, start + AT.trace, length) || undefined;
      const which = { method: name("method"), route: name("name"), status, duration };
      return Number.isFinite(duration)
        ? { kind, at, ...which, requestId: id, traceId, isExpired: detail === 1 }
        : undefined;
    }
    case "call": {
      const outcome = OUTCOMES[detail];
      if (outcome === undefined || !Number.isFinite(duration)) return undefined;
      const isRetry = records.getUint16(start + AT.method) === 1;
      return { kind, at, host: name("name"), status, outcome, duration, route: known("from"), requestId, isRetry };
    }
    case "panic": {
      const [panicName = "", type = "", code = "", message = "", ...frames] = text.split("\n");
      const origin = ORIGINS[detail] ?? "handler";
      const request = { method: known("method"), route: known("name"), requestId };
      return { kind, at, name: panicName, origin, type, code: code || undefined, message, frames, ...request };
    }
    case "log":
      return { kind, at, level: detail === 1 ? "error" : "warn", what: text, requestId };
    case undefined:
    case "":
    case "more":
      return undefined;
    default:
      return { kind: kind satisfies NoteKind, at, what: text };
  }
}
