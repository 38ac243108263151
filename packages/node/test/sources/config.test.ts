import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { OptionError, type Sop } from "@sop/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createSop, type NodeOptions } from "../../src/index.ts";
import { envSource } from "../../src/sources/env.ts";
import { temporaryDirectory } from "../support/files.ts";
import { silent } from "../support/recorded.ts";
import { host } from "../support/service.ts";

function make(text: string, options: NodeOptions = {}): Sop {
  const config = join(temporaryDirectory(), "sop.yaml");
  writeFileSync(config, text);
  const sop = createSop({ service: "shop", config, logger: silent, ports: { host }, forensics: false, ...options });
  onTestFinished(() => sop.dispose());
  return sop;
}

function problemOf(text: string, options?: NodeOptions): string {
  try {
    make(text, options);
  } catch (error) {
    if (error instanceof OptionError) return error.message;
    throw error;
  }
  return "";
}

describe("sources of sop.yaml", () => {
  it("are layers in their order, above its own flags and below those of the code", async () => {
    const server = createServer((_request, response) => response.end('{"flags":{"b":"http","c":"http"}}'));
    await once(server.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    vi.stubEnv("SOP_FLAG_C", "environment");
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const sop = make(
      `flags: { a: file, b: file, c: file, d: file }
sources:
  - http: { url: "${url}", cache: false }
  - env: {}
`,
      { sources: [envSource({ name: "above", env: { SOP_FLAG_D: "code" } })] },
    );
    const expected = { a: "file", b: "http", c: "environment", d: "code" };
    await vi.waitFor(() => expect(sop.flags()).toEqual(expected), { timeout: 3_000 });
  });

  it("that are wrong are named with their place, all of them", () => {
    const message = problemOf(`sources:
  - etcd:
      endpoints: [ftp://x]
      prefix: ""
  - zookeeper: {}
  - redis: { key: flags, url: "redis://:hunter2@host" }
    nats: {}
`);
    expect(message).toContain('sop.yaml:3: sources.0.etcd.endpoints: got ["ftp://x"]');
    expect(message).toContain('sop.yaml:4: sources.0.etcd.prefix: got "", expected a non-empty string');
    expect(message).toMatch(/sop\.yaml:5: sources\.1: got \["zookeeper"\], expected one kind of source .*etcd/);
    expect(message).toContain('sop.yaml:6: sources.2: got ["redis","nats"]');
  });

  it("need a name of their own each", () => {
    const text = "sources: [{ env: {} }, { env: { prefix: X_ } }]";
    expect(problemOf(text)).toContain('sources: got "env", expected a name of its own for each');
    expect(problemOf("sources: [{ env: {} }, { env: { prefix: X_, name: x } }]")).toBe("");
    expect(problemOf("sources: [{ env: { name: code } }]")).toContain('sources: got "code"');
  });

  it("that hold a password where it does not belong are refused without telling it", () => {
    const text =
      'sources: [{ redis: { key: flags, url: "redis://shop:hunter2@host" } }, { nats: { servers: "shop:hunter2@host" } }]';
    const message = problemOf(text);
    expect(message).toContain("sources.0.redis.url: got ");
    expect(message).toContain("sources.1.nats.servers: got ");
    expect(message).not.toContain("hunter2");
  });

  it("are a list", () => {
    expect(problemOf("sources: { env: {} }")).toContain('sop.yaml:1: sources: got {"env":{}}, expected a list');
  });
});
