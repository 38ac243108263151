import { once } from "node:events";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { OptionError } from "@sop/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type AdminOptions, adminOf } from "../../src/admin.ts";
import { listIncidents } from "../../src/forensics.ts";
import { createSop, type NodeOptions } from "../../src/index.ts";
import { readJson, temporaryDirectory } from "../support/files.ts";
import { host } from "../support/service.ts";
import { ServiceProcess } from "./process.ts";
import { ask, lines, served, TOKEN } from "./support.ts";

function environment(values: Record<string, string>): void {
  for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

function make(options: NodeOptions) {
  const { logger, lines: found } = lines();
  const dir = temporaryDirectory();
  const sop = createSop({ service: "shop", logger, ports: { host }, config: false, forensics: { dir }, ...options });
  onTestFinished(() => sop.dispose());
  return { sop, lines: found, dir, plane: adminOf(sop) };
}

function problemsOf(admin: AdminOptions): string {
  try {
    make({ admin });
    return "";
  } catch (error) {
    if (error instanceof OptionError) return error.message;
    throw error;
  }
}

describe("createSop", () => {
  it("starts a plane, which ends with the Sop", async () => {
    environment({ SOP_ADMIN: "", SOP_ADMIN_PORT: "0" });
    const { plane, sop } = make({});
    await plane?.ready;
    const url = plane?.url ?? "";
    expect((await ask(url, "/healthz")).text).toBe("serving\n");
    sop.dispose();
    await vi.waitFor(() => expect(ask(url, "/healthz")).rejects.toThrow("ECONNREFUSED"));
  });

  it("starts none where it is turned off, in code or in the environment", () => {
    environment({ SOP_ADMIN: "off" });
    expect(make({}).plane).toBeUndefined();
    environment({ SOP_ADMIN: "" });
    expect(make({ admin: false }).plane).toBeUndefined();
  });

  it("takes options from the file below those of the environment, and these below those in code", async () => {
    environment({ SOP_ADMIN: "", SOP_ADMIN_TOKEN: "of-environment" });
    const config = join(temporaryDirectory(), "sop.yaml");
    writeFileSync(config, "admin: { port: 0, token: of-file, viewerToken: viewer-of-file, readOnly: true }\n");
    const { plane } = make({ config, admin: { viewerToken: "viewer-of-code" } });
    await plane?.ready;
    const statusOf = async (token: string, method = "GET", path = "/debug/mw/flags") =>
      (await ask(plane?.url ?? "", path, { method, headers: { "x-admin-token": token } })).status;
    expect(await statusOf("of-file")).toBe(401);
    expect(await statusOf("of-environment")).toBe(200);
    expect(await statusOf("viewer-of-file")).toBe(401);
    expect(await statusOf("viewer-of-code")).toBe(200);
    expect(await statusOf("of-environment", "DELETE", "/debug/mw/flags/x")).toBe(403);
  });

  it("is turned off by the file", () => {
    environment({ SOP_ADMIN: "" });
    const config = join(temporaryDirectory(), "sop.yaml");
    writeFileSync(config, "admin: false\n");
    expect(make({ config }).plane).toBeUndefined();
  });
});

describe("options", () => {
  it.each(["0.0.0.0", "::", "192.0.2.1", "admin.example"])("beyond loopback need mutual TLS: %s", (host) => {
    expect(problemsOf({ host })).toMatch(/^admin\.host: .* mutual TLS/);
  });

  it.each(["127.0.0.1", "127.3.2.1", "localhost", "::1"])("on loopback need none: %s", (host) => {
    expect(problemsOf({ host, port: 0 })).toBe("");
  });

  it("that are wrong are told together, tokens without their value", () => {
    const wrong = { port: 70_000, token: "a secret with spaces", tls: { cert: "a.pem" }, roles: { "CN=a": "root" } };
    const message = problemsOf({ ...wrong, sneaky: 1 } as unknown as AdminOptions);
    for (const path of ["port", "token", "tls.key", "tls.ca", "roles", "sneaky"]) {
      expect(message).toContain(`admin.${path}: `);
    }
    expect(message).not.toContain("secret with");
  });

  it("of the environment that are wrong are told", () => {
    environment({ SOP_ADMIN: "false" });
    expect(problemsOf({})).toBe('SOP_ADMIN: got "false", expected one of "on", "off"');
    environment({ SOP_ADMIN: "" });
    environment({ SOP_ADMIN_PORT: "many" });
    expect(problemsOf({})).toMatch(/^admin\.port: got "many"/);
  });
});

describe("admin.json", () => {
  it("has the address and the token that was made, for its owner alone, and is gone with the plane", async () => {
    const from = await served({ token: undefined });
    const file = join(from.dir, "admin.json");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { url, token, pid, service } = readJson(file);
    expect({ url, pid, service }).toEqual({ url: from.url, pid: process.pid, service: "shop" });
    expect(token).toMatch(/^[\w-]{43}$/);
    expect((await ask(url, "/debug/mw/flags", { headers: { "x-admin-token": token } })).status).toBe(200);
    expect(listIncidents(from.dir)).toEqual([]);
    from.plane.close();
    expect(existsSync(file)).toBe(false);
  });

  it("does not have a token that was given", async () => {
    const from = await served();
    expect(readFileSync(join(from.dir, "admin.json"), "utf8")).not.toContain(TOKEN);
  });

  it("of another process is left alone", async () => {
    const from = await served();
    const file = join(from.dir, "admin.json");
    writeFileSync(file, JSON.stringify({ url: from.url, pid: 1 }));
    from.plane.close();
    expect(readJson(file).pid).toBe(1);
  });
});

describe("a port that is in use", () => {
  it("is told, with what to do, and the service runs without", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const service = new ServiceProcess({ port });
    const { port: own } = await service.said("port");
    const { code, message } = await service.said("code");
    expect(code).toBe("EADDRINUSE");
    expect(message).toContain(`port ${port} of 127.0.0.1 is in use`);
    expect(message).toContain("SOP_ADMIN_PORT");
    await vi.waitFor(() => expect(service.output).toContain(`port ${port} of 127.0.0.1 is in use`));
    expect((await ask(`http://127.0.0.1:${own}`, "/")).text).toBe("served");
  });

  it("is taken as soon as it is free", { timeout: 20_000 }, async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const service = new ServiceProcess({ port, token: TOKEN });
    await service.said("code");
    other.close();
    const url = `http://127.0.0.1:${port}`;
    await vi.waitFor(async () => expect((await ask(url, "/healthz")).text).toBe("serving\n"), { timeout: 15_000 });
  });
});

it("serves the registry that it is given", async () => {
  const metrics = async (): Promise<string> => "own_metric 1\n";
  const from = await served({ registry: { contentType: "text/plain; version=0.0.4", metrics } });
  expect((await from.ask("/metrics")).text).toMatch(
    /^own_metric 1\n# HELP event_loop_stalled_seconds .*\n.*\nevent_loop_stalled_seconds 0\n$/,
  );
});

it("shows who scrapes no value of a flag that is called a secret", async () => {
  const from = await served({}, { flags: { "api.token": "hunter2", fast: true } });
  const { text } = await from.ask("/metrics");
  expect(text).toContain('feature_flag_state{flag="api.token",variant="***"} 1');
  expect(text).toContain('feature_flag_state{flag="fast",variant="true"} 1');
  expect(text).not.toContain("hunter2");
});

it("serves OpenMetrics to those who accept it, which ends as it must", async () => {
  const from = await served();
  const { headers, text } = await from.ask("/metrics", { headers: { accept: "application/openmetrics-text" } });
  expect(headers["content-type"]).toMatch(/^application\/openmetrics-text/);
  expect(text.match(/^event_loop_stalled_seconds .*$/gm)).toEqual(["event_loop_stalled_seconds 0"]);
  expect(text).toMatch(/\n# EOF\n$/);
});

it("has a document of all that it answers", async () => {
  const from = await served();
  const { json } = await from.ask("/openapi.json");
  expect(json.openapi).toBe("3.1.0");
  expect((await ask(from.url, "/openapi.json")).status).toBe(401);
});
