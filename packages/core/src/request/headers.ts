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
export function parseRequestId(value = ""): string | undefined {
  return REQUEST_ID.test(value) ? value : undefined;
}

const TRACE_PARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;
const ZERO = /^0*$/;

/** The trace id of a W3C `traceparent` (Trace Context, level 1); `undefined` where that is malformed, all zero or of version ff. */
export function parseTraceId(value = ""): string | undefined {
  const [, version, traceId, parentId, rest] = TRACE_PARENT.exec(value) ?? [];
  if (version === "ff" || (version === "00" && rest !== undefined)) return undefined;
  return ZERO.test(parentId ?? "") || ZERO.test(traceId ?? "") ? undefined : traceId;
}

const GRPC_TIMEOUT = /^(\d{1,8})([HMSmun])$/;
const GRPC_UNITS: Record<string, number> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/** Milliseconds of a `grpc-timeout` (gRPC over HTTP/2: up to 8 digits and one of `HMSmun`), else `undefined`. */
export function parseGrpcTimeout(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const [, digits, unit] = GRPC_TIMEOUT.exec(value) ?? [];
  return unit === undefined ? undefined : Number(digits) * (GRPC_UNITS[unit] as number);
}

/** Milliseconds of an `x-envoy-expected-rq-timeout-ms`: a whole number above 0, else `undefined`. */
export function parseEnvoyTimeout(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,10}$/.test(value) && Number(value) > 0 ? Number(value) : undefined;
}

/** FNV-1a, 32 bits, over UTF-16 code units, as 8 hex digits (Fowler, Noll, Vo). */
export function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
