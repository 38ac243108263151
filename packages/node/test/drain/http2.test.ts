import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import {
  type ClientHttp2Session,
  connect,
  createSecureServer,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import { join } from "node:path";
import { openNodeExchange, type Sop, writeNodeReply } from "@sop/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryDirectory } from "../support/files.ts";
import { leaving, listen } from "../support/leaving.ts";
import { DATA, GOAWAY, RawHttp2 } from "../support/raw-http2.ts";

function handlerOf(sop: Sop) {
  const life = sop.lifecycle<Http2ServerResponse>({ name: "http2", route: () => "/", respond: writeNodeReply });
  return (request: Http2ServerRequest, response: Http2ServerResponse) => {
    const context = openNodeExchange(life, request, response);
    const refusal = life.admit(context);
    if (refusal) writeNodeReply(response, refusal);
    else setTimeout(() => response.end("whole"), Number(request.url.slice(1)));
  };
}

function clientOf(url: string): ClientHttp2Session {
  const client = connect(url, { rejectUnauthorized: false });
  onTestFinished(() => client.destroy());
  return client;
}

async function ask(client: ClientHttp2Session, path: string): Promise<string> {
  const stream = client.request({ ":path": path }).setEncoding("utf8");
  let text = "";
  for await (const chunk of stream) text += chunk;
  return text;
}

function certificate(): { readonly key: Buffer; readonly cert: Buffer } {
  const dir = temporaryDirectory();
  const [key, cert] = [join(dir, "key.pem"), join(dir, "cert.pem")];
  const to = ["-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", key, "-out", cert];
  execFileSync("openssl", ["req", "-x509", "-subj", "/CN=localhost", ...to], { stdio: "ignore" });
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

describe.each(["http", "https"])("a session of HTTP/2 over %s", (scheme) => {
  it("has what is in flight answered whole before it is closed", async () => {
    const sop = leaving();
    const server = scheme === "http" ? createServer(handlerOf(sop)) : createSecureServer(certificate(), handlerOf(sop));
    const client = clientOf(`${scheme}://127.0.0.1:${await listen(server)}`);
    const running = ask(client, "/900");
    await expect.poll(() => sop.requests().length).toBe(1);
    const done = sop.drain();
    expect(await running).toBe("whole");
    await done;
    expect([client.closed, server.listening]).toEqual([true, false]);
  });

  it("that is idle is closed", async () => {
    const sop = leaving();
    const server = scheme === "http" ? createServer(handlerOf(sop)) : createSecureServer(certificate(), handlerOf(sop));
    const client = clientOf(`${scheme}://127.0.0.1:${await listen(server)}`);
    await ask(client, "/0");
    const closed = once(client, "close");
    await sop.drain();
    await closed;
  });
});

it("GOAWAY names the last request that is served: what was sent after it has never run, and may be sent again", async () => {
  const sop = leaving();
  const client = new RawHttp2(await listen(createServer(handlerOf(sop))));
  client.ask(1);
  await client.received(({ type, stream }) => type === DATA && stream === 1);
  const done = sop.drain();
  const { payload } = await client.received(({ type }) => type === GOAWAY);
  expect(payload.readUInt32BE(0)).toBe(1);
  client.ask(3);
  await done;
  expect(sop.metrics().requests).toMatchObject([{ status: "200", count: 1 }]);
});

it("a server of streams only is closed too, and none of its streams answered by another than its own listener", async () => {
  const sop = leaving();
  const server = createServer();
  server.on("stream", (stream) => setTimeout(() => stream.end("stream"), 300));
  const client = clientOf(`http://127.0.0.1:${await listen(server)}`);
  const text = ask(client, "/");
  await once(server, "stream");
  await sop.drain();
  expect([await text, server.listening]).toEqual(["stream", false]);
});
