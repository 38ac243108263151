/** Where identifiers come from. */
export interface Ids {
  /** A new request id: 1 to 128 of `[A-Za-z0-9._:-]`. */
  requestId(): string;
  /** A new W3C trace id: 32 lower-case hex digits, not all zero. */
  traceId(): string;
  /** A new W3C span id: 16 lower-case hex digits, not all zero. */
  spanId(): string;
}

/** Random identifiers, each from one UUID (version 4) of the runtime. */
export function randomIds(uuid: () => string = () => crypto.randomUUID()): Ids {
  const hex = (): string => uuid().replaceAll("-", "");
  // The second half begins with the variant, which is never 0.
  return { requestId: uuid, traceId: hex, spanId: () => hex().slice(16) };
}
