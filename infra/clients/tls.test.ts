import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Authority } from "../../packages/node/test/admin/certificates.ts";
import { served, TOKEN } from "../../packages/node/test/admin/support.ts";

const cli = join(import.meta.dirname, "../../packages/cli/dist/main.js");

/** Runs `sop` as a process of its own: the plane's service is this one. */
function sop(dir: string, ...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { PATH: process.env["PATH"], SOP_DIR: dir, SOP_ADMIN_TOKEN: TOKEN };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { env }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

/** The options that show a certificate. */
function showing(authority: Authority, name = "alice"): string[] {
  return ["--cert", join(authority.dir, `${name}.crt`), "--key", join(authority.dir, `${name}.key`)];
}

describe("sop and a plane beyond loopback", { timeout: 60_000 }, () => {
  const beyond = async () => {
    const own = new Authority();
    const { dir, port } = await served({ host: "0.0.0.0", tls: own.tls });
    return { own, dir, port };
  };

  it("talk where a certificate is shown, by the authority that admin.json names or --ca", async () => {
    const { own, dir, port } = await beyond();
    const shown = await sop(dir, "snapshot", ...showing(own));
    expect(shown).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^shop · serving · .* · https:\/\/localhost:\d+\n/),
    });
    const ca = ["--addr", `https://127.0.0.1:${port}`, "--ca", join(own.dir, "ca.crt")];
    expect((await sop("/nowhere", "requests", ...ca, ...showing(own))).code).toBe(0);
  });

  it("do not where none is shown, or one that has expired or is of another authority, and say why", async () => {
    const { own, dir } = await beyond();
    own.sign("late", "/CN=late", { days: -1 });
    const other = new Authority();
    expect(await sop(dir, "snapshot")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/Unauthorized: .*certificate/),
    });
    for (const shown of [showing(own, "late"), showing(other)]) {
      expect(await sop(dir, "snapshot", ...shown)).toMatchObject({
        code: 1,
        err: expect.stringContaining("your certificate was refused"),
      });
    }
  });

  it("do not where the plane's own certificate is of nobody that is trusted, and the token is not sent in the clear", async () => {
    const { own, dir, port } = await beyond();
    const other = new Authority();
    const wrong = await sop(dir, "snapshot", "--ca", join(other.dir, "ca.crt"), ...showing(own));
    expect(wrong).toMatchObject({ code: 3, err: expect.stringMatching(/certificate/) });
    const clear = await sop(dir, "snapshot", "--addr", `http://127.0.0.1:${port}`);
    expect(clear.code).toBe(3);
    const half = await sop(dir, "snapshot", ...showing(own).slice(0, 2));
    expect(half).toMatchObject({ code: 2, err: expect.stringContaining("--key") });
  });
});
