/** An event of a stream, as the server sent it. */
export interface ServerEvent {
  /** The id of the newest event that had one; `""` where none had. */
  readonly id: string;
  /** `message` where it has no other. */
  readonly type: string;
  readonly data: string;
}

/** Characters; an event that is longer is no event. */
const LONGEST = 2 ** 20;

/** Reads `text/event-stream` (HTML, 9.2.6) in whatever pieces it comes. */
export class SseParser {
  readonly #decoder = new TextDecoder();
  readonly #longest: number;
  #line = "";
  #isAfterCr = false;
  #data = "";
  #hasData = false;
  #type = "";
  #id = "";
  #lastId = "";
  #retry: number | undefined;

  constructor({ longest = LONGEST }: { longest?: number } = {}) {
    this.#longest = longest;
  }

  /** What to send as `Last-Event-ID`; `""` for nothing. */
  get lastId(): string {
    return this.#lastId;
  }

  /** The milliseconds to wait before the next connection, where the server has said so. */
  get retry(): number | undefined {
    return this.#retry;
  }

  /** The events that these bytes complete. Throws a `RangeError` for an event without end. */
  push(bytes: Uint8Array): ServerEvent[] {
    const events: ServerEvent[] = [];
    let text = this.#decoder.decode(bytes, { stream: true });
    if (this.#isAfterCr && text !== "") {
      this.#isAfterCr = false;
      if (text.startsWith("\n")) text = text.slice(1);
    }
    const lines = text.split(/\r\n|\n|\r/);
    // Its other half may come with the next bytes.
    if (text.endsWith("\r")) this.#isAfterCr = true;
    for (const [i, line] of lines.entries()) {
      this.#line += line;
      if (this.#line.length + this.#data.length > this.#longest) throw new RangeError("an event without end");
      if (i < lines.length - 1) this.#endLine(events);
    }
    return events;
  }

  #endLine(events: ServerEvent[]): void {
    const line = this.#line;
    this.#line = "";
    if (line === "") {
      this.#endEvent(events);
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") {
      this.#data += this.#hasData ? `\n${value}` : value;
      this.#hasData = true;
    } else if (name === "event") this.#type = value;
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    else if (name === "retry" && /^\d+$/.test(value)) this.#retry = Number(value);
  }

  #endEvent(events: ServerEvent[]): void {
    // One that is cut off will come again.
    this.#lastId = this.#id;
    if (this.#hasData) events.push({ id: this.#id, type: this.#type || "message", data: this.#data });
    this.#data = "";
    this.#hasData = false;
    this.#type = "";
  }
}
