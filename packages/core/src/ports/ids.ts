/** Where identifiers come from. */
export interface Ids {
  /** A new request id: 1 to 128 of `[A-Za-z0-9._:-]`. */
  requestId(): string;
  /** A new W3C trace id: 32 lower-case hex digits, not all zero. */
  traceId(): string;
  /** A new W3C span id: 16 lower-case hex digits, not all zero. */
  spanId(): string;
}

/** A source of randomness: fills the array with random bytes and returns it. */
export type Random = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;

/** The runtime's cryptographic randomness. */
export const systemRandom: Random = (bytes) => crypto.getRandomValues(bytes);

const POOL = 1024;
const HEX: readonly string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));

/** Random identifiers, cut from a pool so that one call to the generator serves many requests. */
export function randomIds(random: Random = systemRandom): Ids {
  const pool = new Uint8Array(POOL);
  let used = POOL;
  const hex = (length: number): string => {
    if (used + length > POOL) {
      random(pool);
      used = 0;
    }
    let text = "";
    let sum = 0;
    for (const end = used + length; used < end; used++) {
      const byte = pool[used] as number;
      sum |= byte;
      text += HEX[byte] as string;
    }
    return sum === 0 ? `${text.slice(0, -1)}1` : text;
  };
  return { requestId: () => hex(16), traceId: () => hex(16), spanId: () => hex(8) };
}
