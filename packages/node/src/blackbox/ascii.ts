/** Puts as much of a text as fits into `limit` bytes at `at`, one byte a character; returns how many. It makes no garbage. */
export function putAscii(view: DataView, at: number, text: string, limit: number): number {
  const length = Math.min(text.length, limit);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    view.setUint8(at + i, code < 128 ? code : 63);
  }
  return length;
}

/** The text of `length` bytes at `at`. */
export function textAt({ buffer, byteOffset }: DataView | Uint8Array, at: number, length: number): string {
  return Buffer.from(buffer as ArrayBuffer, byteOffset + at, length).toString("utf8");
}
