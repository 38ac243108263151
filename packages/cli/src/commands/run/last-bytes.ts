/** Keeps the last `limit` bytes of a stream. */
export class LastBytes {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    while (this.#bytes - (this.#chunks[0]?.length ?? 0) >= this.#limit) {
      this.#bytes -= this.#chunks.shift()?.length ?? 0;
    }
  }

  /** As text; what was cut at its beginning is left out up to the end of that line. */
  text(): string {
    const all = Buffer.concat(this.#chunks);
    const text = all.subarray(Math.max(0, all.length - this.#limit)).toString("utf8");
    return all.length > this.#limit ? text.slice(text.indexOf("\n") + 1) : text;
  }
}
