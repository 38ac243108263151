import type { IncomingMessage } from "node:http";
import { Refusal } from "../problem.js";

const MAX_BYTES = 65_536;
const MAX_DISCARDED = 1_048_576;
const DISCARD_TIME = 500;

/**
 * The JSON of a request; `undefined` where it has no body. Throws a `Refusal` for one that is too large, of another type, or no JSON.
 * `proceed` is called before anything is read, for those who wait to be told.
 */
export async function readBody(request: IncomingMessage, proceed: () => void): Promise<unknown> {
  const { "content-length": length = "0", "transfer-encoding": encoding, "content-type": type } = request.headers;
  if (encoding === undefined && Number(length) === 0) return undefined;
  if (Number(length) > MAX_BYTES) throw tooLarge();
  if (!/^application\/json *(?:; *charset="?utf-8"?)?$/i.test(type ?? "")) {
    throw new Refusal("SOP_ERR_MEDIA_TYPE", "contentType", "the body must be application/json, in UTF-8");
  }
  if (request.headers["content-encoding"] !== undefined) {
    throw new Refusal("SOP_ERR_MEDIA_TYPE", "contentType", "the body must not be compressed");
  }
  proceed();
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Refusing it must not end the connection: the answer goes through it.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return bytes === 0 ? undefined : parse(Buffer.concat(chunks));
}

/** Reads what is left of a body that nobody wants, within bounds: who still sends when it is closed may never see the answer. */
export async function discardBody(request: IncomingMessage): Promise<void> {
  if (request.complete || request.headers.expect !== undefined) return;
  let bytes = 0;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, DISCARD_TIME);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_DISCARDED) end();
    });
    request.once("end", end).once("close", end);
  });
  request.pause();
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Refusal("SOP_ERR_REQUEST", "body", "the body is no JSON");
  }
}

function tooLarge(): Refusal {
  return new Refusal("SOP_ERR_TOO_LARGE", "body", `the body is larger than ${MAX_BYTES / 1_024} KiB`);
}
