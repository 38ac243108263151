import type { IncomingMessage } from "node:http";

/** What was received of a request's body. */
export interface ReceivedBody {
  /** The first {@link BODY_LIMIT} bytes. */
  readonly bytes: Buffer;
  /** How many bytes there were in all. */
  readonly received: number;
  /** Whether the client sent all of it. */
  readonly complete: boolean;
}

/** As much of a body as is kept, in bytes. */
export const BODY_LIMIT = 65_536;

/** Copies what the HTTP parser hands to a request's stream. It reads nothing itself, so the stream flows as without it. */
export class BodyTap {
  readonly #chunks: Buffer[] = [];
  #kept = 0;
  #received = 0;
  #ended: boolean;
  /** Whether a part of the body came before the tap. */
  readonly isLate: boolean;

  constructor(request: IncomingMessage) {
    const { complete, readableDidRead, readableLength } = request;
    const hasBody = declaresBody(request);
    this.isLate = hasBody && (readableLength > 0 || readableDidRead || complete);
    this.#ended = !hasBody;
    const push = request.push;
    // The parser's only way to a stream is its `push`: on this one object it is watched on the way.
    request.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
      this.#take(chunk);
      return push.call(request, chunk, encoding);
    };
  }

  read(): ReceivedBody {
    return { bytes: Buffer.concat(this.#chunks), received: this.#received, complete: this.#ended };
  }

  #take(chunk: unknown): void {
    if (chunk === null) this.#ended = true;
    if (!(chunk instanceof Uint8Array)) return;
    this.#received += chunk.length;
    const room = BODY_LIMIT - this.#kept;
    if (room <= 0 || chunk.length === 0) return;
    // A copy: whoever reads the stream may write to its chunks.
    const kept = Buffer.from(chunk.subarray(0, room));
    this.#chunks.push(kept);
    this.#kept += kept.length;
  }
}

// HTTP/2 need not declare one: the end of its stream tells.
function declaresBody({ headers, httpVersionMajor }: IncomingMessage): boolean {
  if (httpVersionMajor > 1) return true;
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
