import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A PostgreSQL of its own, on loopback, that keeps nothing. */
export interface PostgresServer {
  readonly port: number;
  readonly url: string;
  stop(): Promise<void>;
}

const DEBIAN = "/usr/lib/postgresql";

/** Where its programs are: Debian has them in no path. */
function binaries(): string | undefined {
  if (spawnSync("postgres", ["--version"]).status === 0) return "";
  try {
    const [newest] = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
    return newest && join(DEBIAN, newest, "bin");
  } catch {
    return undefined;
  }
}

/** Why there is none here; `undefined` where there is one. */
export function unavailable(): string | undefined {
  return binaries() === undefined ? "postgres is not installed" : owner();
}

/** PostgreSQL does not run as root. */
function owner(): string | undefined {
  return process.getuid?.() === 0 && idOf("-u") === undefined ? "there is no user postgres" : undefined;
}

function idOf(which: "-u" | "-g"): number | undefined {
  const { status, stdout } = spawnSync("id", [which, "postgres"], { encoding: "utf8" });
  return status === 0 ? Number(stdout) : undefined;
}

/** Starts a PostgreSQL on a free port and waits until it takes connections. */
export async function startPostgres(): Promise<PostgresServer> {
  const bin = binaries() ?? "";
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), "sop-postgres-"));
  const data = join(dir, "data");
  mkdirSync(data, { mode: 0o700 });
  const [uid, gid] = [idOf("-u"), idOf("-g")];
  const other = process.getuid?.() === 0 && uid !== undefined && gid !== undefined ? { uid, gid } : undefined;
  if (other) for (const path of [dir, data]) chownSync(path, other.uid, other.gid);
  const user = other ?? {};
  const made = spawnSync(join(bin, "initdb"), ["-D", data, "-U", "sop", "-A", "trust", "--no-sync", "-E", "UTF8"], {
    ...user,
    cwd: dir,
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const options = ["-D", data, "-h", "127.0.0.1", "-p", String(port), "-k", dir, "-c", "fsync=off"];
  const child = spawn(join(bin, "postgres"), options, { ...user, cwd: dir, stdio: ["ignore", "inherit", "pipe"] });
  const ended = once(child, "exit");
  const isReady = new Promise<true>((resolve) => {
    createInterface(child.stderr).on("line", (line) => {
      if (line.includes("ready to accept connections")) resolve(true);
    });
  });
  const started = await Promise.race([isReady, ended.then(() => false)]);
  if (!started) throw new Error("postgres ended before it took connections");
  return {
    port,
    url: `postgres://sop@127.0.0.1:${port}/postgres`,
    async stop() {
      child.kill("SIGINT");
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return port;
}
