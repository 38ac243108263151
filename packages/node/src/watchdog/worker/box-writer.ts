import { BlackBoxFile } from "../../blackbox/file.js";
import { type BlackBox, CELL } from "../../blackbox/memory.js";
import type { BoxPlace } from "../../flight/box-place.js";
import { BOX_CLOSED } from "../../flight/closed.js";
import type { ToMain } from "../link/messages.js";

/** So many times it is not tried again after it failed. */
const REST = 5;

/** Keeps the memory in its file, for as long as the main thread wants that. Where the disk does not take it, that is told once, and tried again. */
export class BoxWriter {
  readonly #file: BlackBoxFile;
  readonly #path: string;
  readonly #box: BlackBox;
  readonly #send: (message: ToMain) => void;
  #isTold = false;
  #rests = 0;

  constructor({ path, header }: BoxPlace, box: BlackBox, send: (message: ToMain) => void) {
    this.#file = new BlackBoxFile(path, header, box);
    this.#path = path;
    this.#box = box;
    this.#send = send;
  }

  flush(): void {
    if (Atomics.load(this.#box.cells, CELL.file) === BOX_CLOSED) return;
    if (this.#rests-- > 0) return;
    try {
      this.#file.flush();
      if (this.#isTold) this.#tell("info", {}, "the flight recorder's file is written again");
      this.#isTold = false;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const text = "the flight recorder cannot write its file: what happens now is lost if the process is killed";
      if (!this.#isTold) this.#tell("error", { file: this.#path, reason }, text);
      this.#isTold = true;
      this.#rests = REST;
    }
  }

  #tell(level: "info" | "error", fields: object, text: string): void {
    this.#send({ kind: "tell", level, fields, text });
  }
}
