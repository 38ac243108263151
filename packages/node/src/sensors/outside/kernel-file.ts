import { closeSync, openSync, readSync } from "node:fs";

const BYTES = 16_384;
/** Each is read at once, and one after the other. */
const shared = Buffer.allocUnsafeSlow(BYTES);

/**
 * A small file of `/proc` or `/sys` that is read again and again. It stays open: that takes a tenth of the time, and it can be read
 * where the process has no descriptor left.
 */
export class KernelFile {
  readonly #path: string;
  #file: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** What it says now. Throws where it cannot be read. */
  read(): string {
    try {
      this.#file ??= openSync(this.#path, "r");
      return shared.toString("latin1", 0, readSync(this.#file, shared, 0, BYTES, 0));
    } catch (error) {
      this.close();
      throw naming(error, this.#path);
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

// A read that fails does not say of what.
function naming(error: unknown, path: string): unknown {
  return error instanceof Error && !("path" in error) ? Object.assign(error, { path }) : error;
}
