const VARINT = 0;
const BYTES = 2;

/** Writes a message of Protocol Buffers (https://protobuf.dev/programming-guides/encoding): what pprof's schema needs of it. */
export class ProtobufWriter {
  #bytes = new Uint8Array(1_024);
  #length = 0;

  /** An integer of at least 0, exact up to 2^53, or a `bigint`; 0 is the default and takes no room. */
  integer(field: number, value: number | bigint): void {
    if (value === 0 || value === 0n) return;
    this.#varint((field << 3) | VARINT);
    if (typeof value === "bigint") this.#wide(value);
    else this.#varint(value);
  }

  /** Integers of at least 0 as one packed field. */
  integers(field: number, values: readonly number[]): void {
    if (values.length === 0) return;
    const packed = new ProtobufWriter();
    for (const value of values) packed.#varint(value);
    this.#nested(field, packed);
  }

  /** A text; one that is empty is written too, as a list of texts has it at its place. */
  text(field: number, value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.#varint((field << 3) | BYTES);
    this.#varint(bytes.length);
    this.#append(bytes);
  }

  /** A message within this one. */
  message(field: number, write: (writer: ProtobufWriter) => void): void {
    const nested = new ProtobufWriter();
    write(nested);
    this.#nested(field, nested);
  }

  /** What was written. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #nested(field: number, nested: ProtobufWriter): void {
    this.#varint((field << 3) | BYTES);
    this.#varint(nested.#length);
    this.#append(nested.finish());
  }

  // Shifts of JavaScript have 32 bits, which is too few for bytes and nanoseconds.
  #varint(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  #wide(value: bigint): void {
    this.#reserve(10);
    let rest = value;
    while (rest >= 128n) {
      this.#bytes[this.#length++] = Number(rest % 128n) + 128;
      rest /= 128n;
    }
    this.#bytes[this.#length++] = Number(rest);
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.finish());
    this.#bytes = larger;
  }
}
