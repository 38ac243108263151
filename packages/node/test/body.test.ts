import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readJson } from "./support/files.ts";
import { diagnosed, recorded } from "./support/recorded.ts";
import { bodyOf, sendRaw, serve } from "./support/service.ts";

const fail = (): never => {
  throw new TypeError("no such cart");
};

describe("the body of the failing request", () => {
  async function recordBody(request: string | Buffer, handler: Parameters<typeof serve>[1]) {
    const { sop, dir } = recorded({ bodies: true });
    await using service = await serve(sop, handler);
    await sendRaw(service.port, request, { cut: true });
    const incident = await diagnosed(dir);
    const { body } = readJson(incident, "bundle/request.json");
    const bytes = Buffer.from(readFileSync(join(incident, "bundle/request.body"), "utf8"), "base64");
    return { body, bytes };
  }

  const readAndFail = async (request: Parameters<typeof bodyOf>[0]): Promise<void> => {
    await bodyOf(request);
    fail();
  };

  it("is kept as it was received, and the handler reads the same", async () => {
    const sent = Buffer.from(Array.from({ length: 1_000 }, (_, i) => i % 256));
    let read: Buffer | undefined;
    const head = `POST /upload HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${sent.length}\r\n\r\n`;
    const { body, bytes } = await recordBody(Buffer.concat([Buffer.from(head), sent]), async (request) => {
      read = await bodyOf(request);
      fail();
    });
    expect(body).toMatchObject({ bytes: 1_000, received: 1_000, complete: true, end: "complete", masked: false });
    expect(bytes).toEqual(sent);
    expect(read).toEqual(sent);
  });

  it("that came in chunks is kept without their framing", async () => {
    const chunked =
      "POST /upload HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    const { body, bytes } = await recordBody(chunked, readAndFail);
    expect(bytes.toString()).toBe("abcde");
    expect(body).toMatchObject({ received: 5, complete: true });
  });

  it("that was cut is not complete, and has exactly what was received", async () => {
    const part = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\nhalf of';
    const head = `POST /upload HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 9000\r\n\r\n`;
    const { body, bytes } = await recordBody(head + part, readAndFail);
    expect(body).toMatchObject({ bytes: part.length, received: part.length, complete: false, end: "cut" });
    expect(bytes.toString()).toBe(part);
  });

  it("is kept up to 64 KiB, and it is said how much there was", async () => {
    const sent = "x".repeat(100_000);
    const head = `POST /upload HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${sent.length}\r\n\r\n`;
    const { body, bytes } = await recordBody(head + sent, readAndFail);
    expect(body).toMatchObject({ bytes: 65_536, received: 100_000, complete: true });
    expect(bytes).toHaveLength(65_536);
  });

  it("of a request without one is empty and complete", async () => {
    const { body, bytes } = await recordBody("GET /upload HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", fail);
    expect(body).toMatchObject({ bytes: 0, complete: true });
    expect(bytes).toHaveLength(0);
  });

  it("does not start to flow by being recorded", async () => {
    const { sop } = recorded({ bodies: true });
    let flowing: boolean | null | undefined;
    await using service = await serve(sop, (request, response) => {
      flowing = request.readableFlowing;
      response.end("unread");
    });
    await fetch(service.url, { method: "POST", body: "abc" });
    expect(flowing).toBeNull();
  });
});
