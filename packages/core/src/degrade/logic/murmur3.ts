/** How far a hash has come: what is mixed in, and the bytes that do not yet make a block of four. */
interface Begun {
  readonly hash: number;
  readonly rest: number;
  /** Bits in `rest`. */
  readonly bits: number;
  readonly length: number;
}

const NOTHING: Begun = { hash: 0, rest: 0, bits: 0, length: 0 };

/**
 * MurmurHash3 (Appleby), x86, 32 bits, seed 0, of the UTF-8 bytes of `prefix` followed by those of a text. The prefix is hashed once;
 * a text in ASCII is read where it is, and makes no garbage.
 */
export function murmur3(prefix: string): (text: string) => number {
  const begun = begin(bytesOf(prefix));
  return (text) => {
    const hash = end(begun, text, 0x7f);
    return hash === undefined ? (end(begun, bytesOf(text), 0xff) as number) : hash;
  };
}

/** UTF-8, each byte as a character. Half a surrogate pair is U+FFFD. */
function bytesOf(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

function begin(bytes: string): Begun {
  let { hash, rest, bits } = NOTHING;
  for (let i = 0; i < bytes.length; i++) {
    rest |= bytes.charCodeAt(i) << bits;
    bits = (bits + 8) & 31;
    if (bits > 0) continue;
    hash = mix(hash, rest);
    rest = 0;
  }
  return { hash, rest, bits, length: bytes.length };
}

/** `undefined` where a character is above `max`. */
function end(begun: Begun, text: string, max: number): number | undefined {
  const { bits } = begun;
  const whole = text.length & ~3;
  let { hash, rest } = begun;
  let seen = 0;
  for (let i = 0; i < whole; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    seen |= a | b | c | d;
    const block = a | (b << 8) | (c << 16) | (d << 24);
    hash = mix(hash, rest | (block << bits));
    // A shift by 32 would be none.
    rest = bits === 0 ? 0 : block >>> (32 - bits);
  }
  let at = bits;
  for (let i = whole; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    seen |= unit;
    rest |= unit << at;
    at = (at + 8) & 31;
    if (at > 0) continue;
    hash = mix(hash, rest);
    rest = 0;
  }
  return seen > max ? undefined : finish(hash ^ scramble(rest) ^ (begun.length + text.length));
}

function mix(hash: number, block: number): number {
  const mixed = hash ^ scramble(block);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function scramble(block: number): number {
  const scaled = Math.imul(block, 0xcc9e2d51);
  return Math.imul((scaled << 15) | (scaled >>> 17), 0x1b873593);
}

function finish(given: number): number {
  let hash = Math.imul(given ^ (given >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
