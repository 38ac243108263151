// Text as UTF-8, at most three bytes a code unit; it grows with the longest text that was ever hashed.
let bytes = new Uint8Array(384);

/** MurmurHash3 (Appleby), x86, 32 bits, seed 0, of the UTF-8 bytes of `prefix` followed by `text`. Makes no garbage. */
export function murmur3(prefix: string, text: string): number {
  const room = (prefix.length + text.length) * 3;
  if (room > bytes.length) bytes = new Uint8Array(room * 2);
  return hashOf(encode(text, encode(prefix, 0)));
}

/** Writes `text` at `at` and returns where it ends. As in `TextEncoder`, half a surrogate pair is U+FFFD. */
function encode(text: string, at: number): number {
  let end = at;
  for (let i = 0; i < text.length; i++) {
    let point = text.charCodeAt(i);
    if (point >= 0xd800 && point < 0xe000) {
      point = text.codePointAt(i) as number;
      if (point > 0xffff) i++;
      else point = 0xfffd;
    }
    if (point < 0x80) bytes[end++] = point;
    else {
      if (point < 0x800) bytes[end++] = 0xc0 | (point >> 6);
      else {
        if (point < 0x10000) bytes[end++] = 0xe0 | (point >> 12);
        else {
          bytes[end++] = 0xf0 | (point >> 18);
          bytes[end++] = 0x80 | ((point >> 12) & 0x3f);
        }
        bytes[end++] = 0x80 | ((point >> 6) & 0x3f);
      }
      bytes[end++] = 0x80 | (point & 0x3f);
    }
  }
  return end;
}

function hashOf(length: number): number {
  const whole = length & ~3;
  let hash = 0;
  for (let i = 0; i < whole; i += 4) {
    const block = at(i) | (at(i + 1) << 8) | (at(i + 2) << 16) | (at(i + 3) << 24);
    hash ^= mixed(block);
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64;
  }
  let tail = 0;
  for (let i = length - 1; i >= whole; i--) tail = (tail << 8) | at(i);
  hash ^= mixed(tail) ^ length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function at(index: number): number {
  return bytes[index] as number;
}

function mixed(block: number): number {
  const scaled = Math.imul(block, 0xcc9e2d51);
  return Math.imul((scaled << 15) | (scaled >>> 17), 0x1b873593);
}
