import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { run } from "../../src/index.ts";
import { screen, sop, temporary } from "./stub.ts";

const PATIENCE = { timeout: 15_000, interval: 20 };

/** Starts the service of `service.mjs` with its files in `dir`. */
async function service(dir: string) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "service.mjs")], {
    cwd: dir,
    env: { PATH: process.env["PATH"], SOP_DIR: dir, SOP_ADMIN: "on" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const end = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  onTestFinished(end);
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const { port } = JSON.parse(line) as { port: number };
  const call = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`);
  /** A request that is never answered. */
  const hang = (): void => {
    void call("/hang").catch(() => {});
  };
  return { call, hang, end };
}

let dir: string;
beforeEach(() => {
  vi.stubEnv("SOP_ADMIN_TOKEN", undefined);
  dir = temporary();
});

describe("sop snapshot", () => {
  it("shows a service at a glance, and as JSON what the plane says", async () => {
    const shop = await service(dir);
    await shop.call("/ok");
    await shop.call("/panic");
    shop.hang();
    await shop.call("/fail");
    await shop.call("/fail");
    await vi.waitFor(async () => {
      const { out } = await sop("snapshot", "--dir", dir);
      expect(out).toContain("1 request\n");
      expect(out).toContain("diagnosed");
    }, PATIENCE);
    const { code, out } = await sop("snapshot", "--dir", dir);
    expect(code).toBe(0);
    expect(out).toMatch(/^shop · serving · up \d.* · pid \d+ · node v\d.* · http:\/\/127\.0\.0\.1:\d+\n/);
    expect(out).toMatch(/\nincident {5}\S+ open for .* · panic\b.*contained, recorded, diagnosed/);
    expect(out).toMatch(/\nsignals .* errors 25 % {3}panics 25 %\n/);
    expect(out).toMatch(
      /\nbreakers {5}1 of 1 breaker is not closed\n +redis {2}open {2}100 % failed in the last minute/,
    );
    expect(out).toMatch(/\nin flight {4}1 request\n +\S+ m?s {2}admitted {2}GET \/hang/);
    expect(out).toContain("\nflags        1 flag, none overridden\n");

    const json = JSON.parse((await sop("snapshot", "--dir", dir, "--json")).out);
    expect(json).toMatchObject({ live: true, service: { name: "shop" }, breakers: { notClosed: 1 } });
  });

  it("with --breakers has the last failures, each with its place", async () => {
    const shop = await service(dir);
    await shop.call("/fail");
    const { code, out } = await sop("snapshot", "--breakers", "--dir", dir);
    expect(code).toBe(0);
    expect(out).toMatch(/^BREAKER +STATE +LAST MINUTE +WINDOW\nredis +closed +100 % failed +too few of 1 call\n/);
    expect(out).toMatch(
      /redis: the last 1 failure\n\S+ {2}Error: connection to redis lost {2}trace [0-9a-f]{32}\n +at .*service\.mjs/,
    );
  });
});

describe("sop requests", () => {
  it("lists what is in flight, the oldest first, and only what is asked for", async () => {
    const shop = await service(dir);
    expect((await sop("requests", "--dir", dir)).out).toBe("no request is in flight\n");
    shop.hang();
    await vi.waitFor(async () => {
      expect((await sop("requests", "--dir", dir)).out).toMatch(
        /^1 request in flight\n +AGE +LEFT +PHASE +REQUEST +ID\n *\S+ m?s +(?:1 h|59 min.*) +admitted +GET \/hang/,
      );
    }, PATIENCE);
    for (const none of [
      ["--route", "/ok"],
      ["--min-age", "1h"],
    ]) {
      const { out } = await sop("requests", "--dir", dir, ...none);
      expect(out).toBe("1 request in flight, 0 of them match\n");
    }
    const { code, err } = await sop("requests", "--dir", dir, "--limit", "0");
    expect(code).toBe(1);
    expect(err).toContain("limit");
  });

  it("with --watch draws it again and again, tells of a service that is gone and back, and ends with q", async () => {
    const shop = await service(dir);
    shop.hang();
    const keys = Object.assign(new EventEmitter(), { isTTY: true, setRawMode() {}, resume() {}, pause() {} });
    let written = "";
    const out = { isTTY: true, columns: 90, rows: 12, write: (text: string) => (written += text) };
    const terminal = { out, err: out, signal: new AbortController().signal, input: keys };
    const watching = run(["requests", "--watch", "--interval", "200ms", "--dir", dir], terminal);
    await vi.waitFor(() => expect(written).toContain("GET /hang"), PATIENCE);
    await shop.end();
    await vi.waitFor(() => expect(written).toMatch(/! .*(not running|nothing listens|closed|refused)/), PATIENCE);
    await service(dir);
    const lost = written.length;
    await vi.waitFor(() => expect(written.slice(lost)).toContain("no request is in flight"), PATIENCE);
    keys.emit("data", "q");
    expect(await watching).toBe(0);
    // The terminal has its cursor and its lines back.
    expect(written).toMatch(/\[\?25h.\[\?1049l$/);
  });

  it("with --watch fits a small terminal: nothing is cut off, and what has no room is counted", async () => {
    const shop = await service(dir);
    for (let i = 0; i < 12; i++) shop.hang();
    await shop.call("/ok");
    let written = "";
    const abort = new AbortController();
    const out = { isTTY: true, columns: 40, rows: 10, write: (text: string) => (written += text) };
    const watching = run(["requests", "--watch", "--dir", dir], { out, err: out, signal: abort.signal });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal obeys.
    const shown = (): string[] => written.replaceAll(/\u001b\[[\d;?]*[A-Za-z]/g, "").split(/\r?\n/);
    await vi.waitFor(() => expect(written).toContain("younger than these"), PATIENCE);
    abort.abort();
    await watching;
    const lines = shown();
    expect(lines.join(" ")).toMatch(/\/s.*p50 .*p95 .*p99 .*errors 0 %.*panics 0 %/);
    expect(lines.join("\n")).toMatch(/\d+ more requests, younger than these/);
    for (const line of lines.filter((text) => !text.startsWith("shop at"))) expect(line.length).toBeLessThanOrEqual(40);
  });

  it("says that the main thread is blocked, and shows what was known then", async () => {
    const shop = await service(dir);
    shop.hang();
    await vi.waitFor(async () => expect((await sop("requests", "--dir", dir)).out).toContain("GET /hang"), PATIENCE);
    await shop.call("/block?ms=2500");
    await vi.waitFor(async () => {
      const { code, out } = await sop("requests", "--dir", dir);
      expect(code).toBe(0);
      expect(out).toMatch(
        /^! the main thread does not answer: it is blocked since about .* ago, and this is what was known/,
      );
      expect(out).toContain("GET /hang");
    }, PATIENCE);
  });
});

describe("sop incidents", () => {
  it("lists what was recorded, and shows one with its timeline, its diagnosis and what to do next", async () => {
    const shop = await service(dir);
    expect((await sop("incidents", "--dir", dir)).out).toBe("no incidents\n");
    await shop.call("/panic");
    const listed = await vi.waitFor(async () => {
      const { out } = await sop("incidents", "--dir", dir);
      expect(out).toMatch(/\n\S+ +open +\d{4}-.* panic GET \/panic +contained, recorded, diagnosed\n$/);
      return out;
    }, PATIENCE);
    const id = listed.split("\n")[1]?.split(" ")[0] ?? "";
    const { code, out } = await sop("incidents", id, "--dir", dir);
    expect(code).toBe(0);
    expect(out).toContain(`${id} · shop · open\n`);
    expect(out).toMatch(/\nerror {8}Error: the shelf is empty\ntimeline +\S+ m?s {2}contained /);
    expect(out).toMatch(/\nroot cause {3}\S+/);
    expect(out).toContain(`\nnext         sop report ${id}\n             sop repro ${id} --run\n`);
    const unknown = await sop("incidents", "20200101T000000Z-abcdef", "--dir", dir);
    expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining("Not Found") });
  });
});

describe("sop events", () => {
  it("prints each as it comes, and goes on with the next start of the service", async () => {
    const shop = await service(dir);
    const abort = new AbortController();
    const { text, terminal } = screen(abort.signal);
    const following = run(["events", "--dir", dir, "--types", "panic,breaker"], terminal);
    await vi.waitFor(() => expect(text.err).toContain("following shop at http://127.0.0.1:"), PATIENCE);
    await shop.call("/fail");
    await shop.call("/fail");
    await shop.call("/panic");
    await vi.waitFor(() => expect(text.out).toContain("panic"), PATIENCE);
    expect(text.out).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}breaker {4}redis: closed → open, by failure_rate\n/);
    expect(text.out).toMatch(/panic {6}shelf: Error: the shelf is empty at .*service\.mjs:\d+ on \/panic\n$/);
    await shop.end();
    await vi.waitFor(() => expect(text.err).toMatch(/trying again in/), PATIENCE);
    const next = await service(dir);
    await vi.waitFor(() => expect(text.err.match(/following shop/g)).toHaveLength(2), PATIENCE);
    await next.call("/panic");
    await vi.waitFor(() => expect(text.out.match(/the shelf is empty/g)).toHaveLength(2), PATIENCE);
    abort.abort();
    expect(await following).toBe(0);
  });

  it("with --json is a line of JSON each", async () => {
    const shop = await service(dir);
    await shop.call("/panic");
    const abort = new AbortController();
    const { text, terminal } = screen(abort.signal);
    const following = run(["events", "--json", "--types", "panic", "--dir", dir], terminal);
    await vi.waitFor(() => expect(text.out).toMatch(/\n$/), PATIENCE);
    expect(JSON.parse(text.out)).toMatchObject({ type: "panic", data: { name: "shelf", route: "/panic" } });
    abort.abort();
    await following;
  });
});

describe.each(["snapshot", "requests", "incidents", "events"])("sop %s", (command) => {
  it("ends with 1 where the token is wrong, and says how to give one", async () => {
    await service(dir);
    const token = join(temporary(), "token");
    writeFileSync(token, "wrong", { mode: 0o600 });
    const { code, err } = await sop(command, "--dir", dir, "--token-file", token);
    expect(code).toBe(1);
    expect(err).toMatch(/Unauthorized.*--token-file or SOP_ADMIN_TOKEN/s);
  });

  it("ends with 3 where nothing listens, and tells it as JSON to who asked for that", async () => {
    expect(await sop(command, "--addr", "127.0.0.1:9")).toMatchObject({
      code: 3,
      err: expect.stringContaining("nothing listens at http://127.0.0.1:9"),
    });
    const { code, out } = await sop(command, "--addr", "127.0.0.1:9", "--json");
    expect(code).toBe(3);
    expect(JSON.parse(out).error.message).toContain("nothing listens");
  });

  it("has an example in its help", async () => {
    const { code, out } = await sop(command, "--help");
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`Example:\\n {2}sop ${command}`));
  });
});

describe("sop forensics take", () => {
  it("has the service take a bundle, and waits until it is diagnosed and on disk", async () => {
    await service(dir);
    const { code, out, err } = await sop("forensics", "take", "--dir", dir);
    expect(code, err).toBe(0);
    expect(out).toMatch(/^\d{8}T\d{6}Z-\w{6}: \d+ files\nnone \(unknown\): Nothing failed\.\nsop report \S+\n$/);
    const id = out.slice(0, out.indexOf(":"));
    expect(await sop("forensics", "verify", id, "--dir", dir)).toMatchObject({ code: 0 });
  });

  it("joins the incident that is open", async () => {
    const shop = await service(dir);
    await shop.call("/panic");
    const { code, out } = await sop("forensics", "take", "--dir", dir, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ incident: { triggerCount: 2 }, later: [] });
  });

  it("says which process has to leave for a snapshot of the heap", async () => {
    await service(dir);
    const { out } = await sop("forensics", "take", "--heap-snapshot", "--dir", dir);
    expect(out).toMatch(/^bundle\/heap\.heapsnapshot is taken when process (\d+) leaves: kill -TERM \1$/m);
  });

  it("is unreachable where nobody listens", async () => {
    expect(await sop("forensics", "take", "--addr", "127.0.0.1:1", "--dir", dir)).toMatchObject({ code: 3 });
  });
});

describe("sop diagnose of an admin plane", () => {
  it("fetches the newest incident, or the one that its URL names, and diagnoses it here", async () => {
    await service(dir);
    const { out: taken } = await sop("forensics", "take", "--dir", dir, "--json");
    const { url } = JSON.parse(readFileSync(join(dir, "admin.json"), "utf8"));
    expect(await sop("diagnose", url, "--dir", dir)).toMatchObject({
      code: 0,
      out: expect.stringContaining("none (unknown)"),
    });
    const { id } = JSON.parse(taken).incident;
    expect(await sop("forensics", "verify", `${url}/debug/mw/incidents/${id}`, "--dir", dir)).toMatchObject({
      code: 0,
    });
    expect(await sop("diagnose", `${url}/debug/mw/incidents/20200101T000000Z-000000`, "--dir", dir)).toMatchObject({
      code: 1,
      err: expect.stringContaining("no incident 20200101T000000Z-000000"),
    });
  });
});
