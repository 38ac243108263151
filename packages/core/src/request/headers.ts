/** Headers as Node keeps them (a record in lower case) or as the web does (`Headers`). */
export type HeaderBag =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | { get(name: string): string | null };

/** The first value of a header; `name` in lower case. */
export function header(headers: HeaderBag, name: string): string | undefined {
  const get = headers["get" as keyof HeaderBag] as unknown;
  if (typeof get === "function") return (headers as { get(name: string): string | null }).get(name) ?? undefined;
  const value = (headers as Record<string, string | readonly string[] | undefined>)[name];
  return typeof value === "string" || value === undefined ? value : value[0];
}

const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** A caller's request id, or `undefined` where it is not of `[A-Za-z0-9._:-]{1,128}`. */
export function parseRequestId(value: string | undefined): string | undefined {
  return value !== undefined && REQUEST_ID.test(value) ? value : undefined;
}

/** What a `traceparent` names. */
export interface TraceParent {
  readonly traceId: string;
  readonly parentId: string;
  readonly sampled: boolean;
}

const TRACE_PARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** A W3C `traceparent` (Trace Context, level 1), or `undefined` where it is malformed, all zero or of version ff. */
export function parseTraceParent(value: string | undefined): TraceParent | undefined {
  const match = value === undefined ? null : TRACE_PARENT.exec(value);
  if (match === null) return undefined;
  const [, version, traceId, parentId, flags, rest] = match as unknown as [string, string, string, string, string, string?];
  if (version === "ff" || (version === "00" && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return undefined;
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

const GRPC_TIMEOUT = /^(\d{1,8})([HMSmun])$/;
const GRPC_UNITS: Record<string, number> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/** Milliseconds of a `grpc-timeout` (gRPC over HTTP/2: up to 8 digits and one of `HMSmun`), else `undefined`. */
export function parseGrpcTimeout(value: string | undefined): number | undefined {
  const match = value === undefined ? null : GRPC_TIMEOUT.exec(value);
  return match === null ? undefined : Number(match[1]) * (GRPC_UNITS[match[2] as string] as number);
}

/** Milliseconds of an `x-envoy-expected-rq-timeout-ms`: a whole number above 0, else `undefined`. */
export function parseEnvoyTimeout(value: string | undefined): number | undefined {
  if (value === undefined || !/^\d{1,10}$/.test(value)) return undefined;
  const ms = Number(value);
  return ms > 0 ? ms : undefined;
}

/** FNV-1a, 32 bits, over UTF-16 code units, as 8 hex digits (Fowler, Noll, Vo). */
export function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
