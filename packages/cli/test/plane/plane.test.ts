import { chmodSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { PlaneOptions } from "../../src/plane/options.ts";
import type { Plane } from "../../src/plane/plane.ts";
import { PlaneError } from "../../src/plane/plane-error.ts";
import { withPlane } from "../../src/plane/plane-finder.ts";
import { adminFile, json, screen, serve, temporary } from "./stub.ts";

const GONE = 2 ** 22 + 1; // above what Linux gives a process

async function asking<T>(options: PlaneOptions, use: (plane: Plane) => Promise<T>) {
  const { text, terminal } = screen();
  const done: { result?: T; error?: PlaneError } = await withPlane(options, terminal, use).then(
    (result) => ({ result }),
    (error: PlaneError) => ({ error }),
  );
  return { ...done, ...text };
}

const get = (options: PlaneOptions) => asking(options, (plane) => plane.get<{ token?: string }>("/debug/mw/requests"));
const echo = () => serve((request, response) => json(response, 200, { token: request.headers["x-admin-token"] }));

beforeEach(() => {
  vi.stubEnv("SOP_ADMIN_TOKEN", undefined);
  vi.stubEnv("SOP_DIR", temporary());
});

describe("which plane is asked", () => {
  it("is the one of SOP_DIR/admin.json, with its token", async () => {
    const { url } = await echo();
    vi.stubEnv("SOP_DIR", adminFile({ url, token: "own", pid: process.pid, service: "shop" }));
    expect(await get({})).toEqual({ result: { token: "own" }, out: "", err: "" });
    const named = await asking({}, async (plane) => plane.name);
    expect(named.result).toBe(`shop at ${url}`);
  });

  it("is that of --addr, as host and port, as port, or as URL", async () => {
    const { url, port } = await echo();
    for (const addr of [url, `${url}/`, `127.0.0.1:${port}`, `localhost:${port}`, String(port)]) {
      expect((await get({ addr })).result).toEqual({});
    }
  });

  it("is 127.0.0.1:9320 where nothing else is said", async () => {
    expect((await asking({}, async (plane) => plane.name)).result).toBe("http://127.0.0.1:9320");
  });

  it("takes its own token by whatever name this machine is called, and none that another service wrote", async () => {
    const { url, port } = await echo();
    const other = await echo();
    const dir = adminFile({ url, token: "own", pid: GONE, service: "shop" });
    expect((await get({ dir, addr: `localhost:${port}` })).result).toEqual({ token: "own" });
    expect((await get({ dir, addr: other.url })).result).toEqual({});
  });

  it("takes a token from --token-file, then SOP_ADMIN_TOKEN, then admin.json", async () => {
    const { url } = await echo();
    const dir = adminFile({ url, token: "own", pid: process.pid });
    const tokenFile = join(temporary(), "token");
    writeFileSync(tokenFile, "from-file\n", { mode: 0o600 });
    vi.stubEnv("SOP_ADMIN_TOKEN", "from-env");
    expect((await get({ dir })).result).toEqual({ token: "from-env" });
    expect((await get({ dir, tokenFile })).result).toEqual({ token: "from-file" });
  });

  it("goes past proxies", async () => {
    const { url } = await echo();
    for (const name of ["http_proxy", "HTTP_PROXY", "all_proxy"]) vi.stubEnv(name, "http://127.0.0.1:9");
    vi.stubEnv("NODE_USE_ENV_PROXY", "1");
    expect((await get({ addr: url })).result).toEqual({});
  });

  it("is none where the process that wrote admin.json has ended", async () => {
    const { url } = await echo();
    const { error } = await get({ dir: adminFile({ url, token: "own", pid: GONE, service: "shop" }) });
    expect(error).toMatchObject({ exit: 3 });
    expect(error?.message).toMatch(/^shop is not running: \S+admin\.json is of process 4194305, which has ended/);
  });

  it.each(["", "{", "null", "[]", '{"url":7}', '{"url":"no"}'])("is none where admin.json is %j", async (content) => {
    const { error } = await get({ dir: adminFile(content) });
    expect(error).toMatchObject({
      exit: 3,
      message: expect.stringContaining("admin.json is not what a service writes"),
    });
  });

  it("is asked with a warning where others can read its token", async () => {
    const { url } = await echo();
    const dir = adminFile({ url, token: "own", pid: process.pid });
    chmodSync(join(dir, "admin.json"), 0o644);
    const { result, err } = await get({ dir });
    expect(result).toEqual({ token: "own" });
    expect(err).toMatch(/^sop: warning: \S+admin\.json can be read by others: chmod 600/);
  });
});

describe("wrong options", () => {
  it.each([
    [{ addr: "ftp://localhost" }, "--addr"],
    [{ addr: "local host" }, "--addr"],
    [{ addr: "localhost:99999" }, "--addr"],
    [{ addr: "" }, "--addr"],
    [{ addr: "http://localhost:9320/debug/mw/requests" }, "--addr"],
    [{ addr: "http://token@localhost:9320" }, "--addr"],
    [{ addr: "http://localhost:9320?token=hunter2" }, "--addr"],
    [{ cert: "none.pem", key: "none.pem" }, "--cert"],
    [{ ca: "/" }, "--ca"],
    [{ ca: import.meta.filename }, "--ca"],
    [{ cert: import.meta.filename }, "--key"],
    [{ tokenFile: "none" }, "--token-file"],
    [{ tokenFile: import.meta.filename }, "--token-file"],
    [{ timeout: "1" as "1s" }, "--timeout"],
    [{ timeout: "1ms" }, "--timeout"],
  ] satisfies [PlaneOptions, string][])("%j is refused before anything is asked", async (options, named) => {
    const { error } = await get(options);
    expect(error).toMatchObject({ code: "SOP_ERR_OPTION", message: expect.stringContaining(named) });
    expect(error?.message).not.toContain("hunter2");
  });

  it("sends no token to another machine that could be read on the way", async () => {
    vi.stubEnv("SOP_ADMIN_TOKEN", "hunter2");
    const { error } = await get({ addr: "http://192.0.2.1:9320" });
    expect(error).toMatchObject({ code: "SOP_ERR_OPTION", message: expect.stringMatching(/^--addr: .*https/) });
    expect((await asking({ addr: "192.0.2.1" }, async (plane) => plane.name)).result).toBe("https://192.0.2.1:9320");
  });

  it("refuses a token that no header can carry", async () => {
    vi.stubEnv("SOP_ADMIN_TOKEN", "two\nlines");
    expect((await get({})).error?.message).toMatch(/^SOP_ADMIN_TOKEN: /);
  });
});

describe("a plane that does not answer", () => {
  it("is told from one that is not there", async () => {
    const { url, close } = await echo();
    await close();
    const { error } = await get({ addr: url });
    expect(error).toMatchObject({
      exit: 3,
      message: `nothing listens at ${url}: is the service running, with its admin plane on?`,
    });
  });

  it("is given up after --timeout, before the answer and within it", async () => {
    const mute = await serve(() => {});
    expect((await get({ addr: mute.url, timeout: "100ms" })).error).toMatchObject({
      exit: 3,
      message: expect.stringContaining("did not answer within 0.1 s"),
    });
    const slow = await serve((_, response) => {
      const drip = setInterval(() => response.write(" "), 10);
      response.once("close", () => clearInterval(drip));
    });
    expect((await get({ addr: slow.url, timeout: "100ms" })).error).toMatchObject({
      exit: 3,
      message: expect.stringContaining("did not end its answer within 0.1 s"),
    });
  });

  it("is given up where it is no plane", async () => {
    const page = await serve((_, response) => response.setHeader("content-type", "text/html").end("<p>Hello"));
    expect((await get({ addr: page.url })).error).toMatchObject({
      exit: 3,
      message: expect.stringContaining("is no admin plane"),
    });
    const lost = await serve((_, response) => response.writeHead(404).end("not found"));
    expect((await get({ addr: lost.url })).error).toMatchObject({
      exit: 3,
      message: expect.stringContaining("is no admin plane: it answers 404"),
    });
    const moved = await serve((_, response) => response.writeHead(302, { location: "http://192.0.2.1/" }).end());
    expect((await get({ addr: moved.url })).error).toMatchObject({ exit: 3, message: expect.stringContaining("302") });
  });

  it("is given up where it cuts its answer, or answers without end", async () => {
    const cut = await serve((_, response) => {
      response.writeHead(200, { "content-length": "100" }).write("{");
      setImmediate(() => response.destroy());
    });
    expect((await get({ addr: cut.url })).error).toMatchObject({
      exit: 3,
      message: expect.stringContaining("cut its answer short"),
    });
    const piece = Buffer.alloc(2 ** 20, " ");
    const endless = await serve((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    });
    expect((await get({ addr: endless.url, timeout: "20s" })).error).toMatchObject({
      exit: 3,
      message: expect.stringContaining("more than 64 MiB"),
    });
  });

  it("is given up where it does not speak HTTP, or only TLS", async () => {
    const speak = async (say = "") => {
      const server = createServer((socket) => {
        socket.on("error", () => {});
        socket.once("data", () => socket.end(say));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      onTestFinished(() => void server.close());
      return `127.0.0.1:${(server.address() as { port: number }).port}`;
    };
    const odd = await speak("+OK hello\r\n");
    expect((await get({ addr: odd })).error?.message).toContain("does not speak HTTP there");
    const closing = await speak();
    expect((await get({ addr: closing })).error?.message).toContain("closed the connection without an answer");
    const { port } = await echo();
    expect((await get({ addr: `https://127.0.0.1:${port}` })).error?.message).toContain(
      `does not speak TLS there: try http://127.0.0.1:${port}`,
    );
  });
});

describe("a plane that refuses", () => {
  const refusing = async (status: number, body: object, headers: Record<string, string> = {}) => {
    const { url } = await serve((_, response) => json(response, status, body, headers));
    const { error } = await get({ addr: url });
    expect(error).toBeInstanceOf(PlaneError);
    return { ...error, message: error?.message.replace(url, "PLANE") };
  };

  it("is quoted, with its code", async () => {
    expect(
      await refusing(503, { title: "Service Unavailable", detail: "the main thread is blocked", code: "SOP_ERR_X" }),
    ).toMatchObject({
      exit: 1,
      status: 503,
      code: "SOP_ERR_X",
      message: "PLANE: Service Unavailable: the main thread is blocked",
    });
  });

  it("without a token is told how to get one", async () => {
    expect((await refusing(401, { title: "Unauthorized" })).message).toMatch(
      /^PLANE: Unauthorized; give its token with --token-file or SOP_ADMIN_TOKEN/,
    );
  });

  it("for want of a certificate is told how to show one", async () => {
    const { message } = await refusing(401, { title: "Unauthorized", detail: "the listener asks for a certificate" });
    expect(message).toMatch(/; --cert and --key name the certificate to show it$/);
  });

  it("for now says when to come again", async () => {
    const asked = async (value: string) =>
      (await refusing(429, { title: "Too Many Requests" }, { "retry-after": value })).message;
    expect(await asked("12")).toBe("PLANE: Too Many Requests; try again in 12 s");
    expect(await asked("Wed, 21 Oct 2026 07:28:00 GMT")).toBe(
      "PLANE: Too Many Requests; try again at 2026-10-21T07:28:00.000Z",
    );
    expect(await asked("soon")).toBe("PLANE: Too Many Requests; try again later");
  });

  it("cannot write to the terminal what it likes", async () => {
    expect((await refusing(400, { title: "Bad\u001b[2J Request", detail: "a\nb" })).message).toBe(
      "PLANE: Bad·[2J Request: a ⏎ b",
    );
  });
});

it("asks over one connection, and again where that was closed between two requests", async () => {
  const ports = new Set<number>();
  const { url, asked } = await serve((request, response) => {
    ports.add(request.socket.remotePort ?? 0);
    json(response, 200, {});
  });
  await asking({ addr: url }, async (plane) => {
    for (let i = 0; i < 3; i++) await plane.get("/");
    expect(ports.size).toBe(1);
    asked[0]?.socket.destroy();
    await plane.get("/");
    expect(ports.size).toBe(2);
  });
});
