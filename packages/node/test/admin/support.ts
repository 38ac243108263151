import { type IncomingHttpHeaders, request } from "node:http";
import { request as requestTls } from "node:https";
import type { ConnectionOptions } from "node:tls";
import { createSop, type Logger, type Sop, type SopOptions } from "@sop/core";
import { onTestFinished, vi } from "vitest";
import { type AdminOptions, type AdminPlane, type AuditRecord, admin } from "../../src/admin.ts";
import { temporaryDirectory } from "../support/files.ts";
import { host } from "../support/service.ts";

export const TOKEN = "operator-token-of-this-test";

/** A line that was logged. */
export interface Line {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** An answer, whole. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into documents of every kind.
  readonly json: any;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: unknown;
  readonly tls?: ConnectionOptions;
}

export function lines(): { logger: Logger; lines: Line[] } {
  const found: Line[] = [];
  const at =
    (level: string) =>
    (fields: object, text = ""): void =>
      void found.push({ level, fields: { ...fields }, text });
  return { logger: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") }, lines: found };
}

/** A service with a plane at a free port, until the test is finished. */
export class Served {
  readonly sop: Sop;
  readonly plane: AdminPlane;
  readonly dir: string;
  readonly lines: Line[];

  constructor(options: AdminOptions = {}, of: SopOptions = {}) {
    const { logger, lines: found } = lines();
    this.lines = found;
    this.dir = options.dir ?? temporaryDirectory();
    this.sop = createSop({ service: "shop", logger, ports: { host }, ...of });
    this.plane = admin(this.sop, { port: 0, token: TOKEN, dir: this.dir, ...options });
    onTestFinished(() => {
      this.plane.close();
      this.sop.dispose();
    });
  }

  get url(): string {
    return this.plane.url ?? "";
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get audit(): AuditRecord[] {
    return this.lines.flatMap(({ fields }) => (fields["audit"] ? [fields["audit"] as AuditRecord] : []));
  }

  /** With the operator's token, unless other headers say otherwise. */
  ask(path: string, call: Call = {}): Promise<Reply> {
    return ask(this.url, path, { ...call, headers: { "x-admin-token": TOKEN, ...call.headers } });
  }

  /** The one line of the audit for what was refused, once it is there. */
  async refusal(): Promise<AuditRecord> {
    const found = await vi.waitFor(() => {
      const refused = this.audit.filter(({ outcome }) => outcome === "refused");
      if (refused.length === 0) throw new Error("nothing was refused");
      return refused;
    });
    if (found.length > 1) throw new Error(`${found.length} lines: ${JSON.stringify(found)}`);
    return found[0] as AuditRecord;
  }
}

export async function served(options?: AdminOptions, of?: SopOptions): Promise<Served> {
  const found = new Served(options, of);
  await found.plane.ready;
  return found;
}

export function ask(url: string, path: string, { method = "GET", headers, body, tls }: Call = {}): Promise<Reply> {
  const data = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
  const { hostname, port, protocol } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = (protocol === "https:" ? requestTls : request)({
      host: hostname,
      port,
      path,
      method,
      agent: false,
      headers: { ...(data !== undefined && { "content-type": "application/json" }), ...headers },
      ...tls,
    });
    sent.on("error", reject);
    sent.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject).on("end", () => {
        const bytes = Buffer.concat(chunks);
        const text = bytes.toString();
        const isJson = response.headers["content-type"]?.includes("json");
        const json = isJson && text !== "" ? JSON.parse(text) : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, bytes, json });
      });
    });
    sent.end(data);
  });
}
