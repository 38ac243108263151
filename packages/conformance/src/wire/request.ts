import { RawConnection } from "./connection.js";
import type { RawResponse } from "./response.js";

/** A request to be written as it is. */
export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The bytes of a request; `host`, and `content-length` where there is a body, are added. */
export function encode({ method = "GET", path, headers = {}, body }: RawRequest): string {
  const all = {
    host: "127.0.0.1",
    ...(body === undefined ? {} : { "content-length": String(body.length) }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body ?? ""}`;
}

/** Sends one request on a connection of its own. Rejects where no response came. */
export async function request(port: number, raw: RawRequest): Promise<RawResponse> {
  const connection = await RawConnection.open(port);
  try {
    connection.send(encode(raw));
    return await connection.response({ head: raw.method === "HEAD" });
  } finally {
    connection.close();
  }
}
