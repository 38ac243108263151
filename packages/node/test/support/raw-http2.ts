import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export const DATA = 0;
const HEADERS = 1;
const SETTINGS = 4;
export const GOAWAY = 7;

/** A frame of RFC 9113, 4.1. */
export interface Frame {
  readonly type: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** A client that sends what it is told to, also after a GOAWAY: what was on its way by then looks the same to a server. */
export class RawHttp2 {
  readonly #socket: Socket;
  readonly #frames: Frame[] = [];
  #bytes = Buffer.alloc(0);

  constructor(port: number) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("data", (chunk) => this.#read(chunk)).on("error", () => {});
    onTestFinished(() => void this.#socket.destroy());
    this.#socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    this.#send(SETTINGS, 0, 0, Buffer.alloc(0));
  }

  /** Sends `GET /` with its headers from HPACK's static table, and a host. */
  ask(stream: number): void {
    const [end, complete] = [0x1, 0x4];
    this.#send(HEADERS, end | complete, stream, Buffer.from([0x82, 0x86, 0x84, 0x41, 1, 0x61]));
  }

  /** The first frame that `matches`. */
  async received(matches: (frame: Frame) => boolean): Promise<Frame> {
    for (;;) {
      const found = this.#frames.find(matches);
      if (found) return found;
      await once(this.#socket, "data");
    }
  }

  #send(type: number, flags: number, stream: number, payload: Buffer): void {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head.writeUInt8(type, 3);
    head.writeUInt8(flags, 4);
    head.writeUInt32BE(stream, 5);
    this.#socket.write(Buffer.concat([head, payload]));
  }

  #read(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.#bytes.length >= 9 && this.#bytes.length >= 9 + this.#bytes.readUIntBE(0, 3)) {
      const end = 9 + this.#bytes.readUIntBE(0, 3);
      const [type, stream] = [this.#bytes.readUInt8(3), this.#bytes.readUInt32BE(5) & 0x7fffffff];
      this.#frames.push({ type, stream, payload: this.#bytes.subarray(9, end) });
      this.#bytes = this.#bytes.subarray(end);
    }
  }
}
