import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { run } from "../../src/index.ts";

/** A directory for one test. */
export function temporary(): string {
  const dir = mkdtempSync(join(tmpdir(), "sop-cli-plane-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export interface Stub {
  readonly url: string;
  readonly port: number;
  readonly asked: readonly IncomingMessage[];
  close(): Promise<void>;
}

/** A server in the place of a plane, for what a plane does only when it is broken. */
export async function serve(answer: RequestListener, port = 0): Promise<Stub> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(close);
  const { port: own } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${own}`, port: own, asked, close };
}

export function json(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  const type = status < 400 ? "application/json" : "application/problem+json";
  response.writeHead(status, { "content-type": type, ...headers }).end(JSON.stringify(body));
}

/** What a service writes about its plane; gives the directory. */
export function adminFile(content: object | string, mode = 0o600): string {
  const dir = temporary();
  writeFileSync(join(dir, "admin.json"), typeof content === "string" ? content : JSON.stringify(content), { mode });
  return dir;
}

/** A terminal that keeps what is written. */
export function screen(signal: AbortSignal = new AbortController().signal) {
  const text = { out: "", err: "" };
  const output = (name: keyof typeof text) => ({
    write(chunk: string) {
      text[name] += chunk;
    },
  });
  return { text, terminal: { out: output("out"), err: output("err"), signal } };
}

/** Runs a command as `sop` does. */
export async function sop(...args: readonly string[]) {
  const { text, terminal } = screen();
  return { code: await run(args, terminal), ...text };
}
