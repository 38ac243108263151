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
  it("is told by two GOAWAYs, and what is on its way between them is served", async () => {
    const sop = leaving();
    const server = scheme === "http" ? createServer(handlerOf(sop)) : createSecureServer(certificate(), handlerOf(sop));
    const client = clientOf(`${scheme}://127.0.0.1:${await listen(server)}`);
    await ask(client, "/0");
    const said: number[] = [];
    const late: Promise<string>[] = [];
    client.on("goaway", (_code, lastStream) => {
      // Node's client closes its session here; one that knows nothing of GOAWAY yet sends this.
      said.push(lastStream);
    });
    const running = ask(client, "/900");
    await expect.poll(() => sop.requests().length).toBe(1);
    const done = sop.drain();
    late.push(ask(client, "/10"));
    expect(await Promise.all([running, ...late])).toEqual(["whole", "whole"]);
    await done;
    expect(said[0]).toBe(2 ** 31 - 1);
    expect(server.listening).toBe(false);
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
