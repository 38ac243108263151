import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { setTimeout } from "node:timers/promises";

/** A server in a process of its own, on a port of loopback that it keeps through all restarts. */
export class ServerProcess {
  readonly port: number;
  readonly #command: string;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(port: number, command: string, args: readonly string[]) {
    this.port = port;
    this.#command = command;
    this.#args = args;
  }

  /** Starts it and waits until it takes connections. */
  async start(): Promise<void> {
    const child = spawn(this.#command, this.#args, { stdio: ["ignore", "ignore", "pipe"] });
    let complaints = "";
    child.stderr.on("data", (chunk: Buffer) => {
      complaints = (complaints + chunk).slice(-4_000);
    });
    let hasEnded = false;
    this.#ended = once(child, "exit").then(() => {
      hasEnded = true;
    });
    this.#child = child;
    while (!(await takesConnections(this.port))) {
      if (hasEnded) throw new Error(`${this.#command} ended before it took connections:\n${complaints}`);
      await setTimeout(10);
    }
  }

  /** As a machine that loses power. */
  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#ended;
  }

  /** As a network that swallows everything. */
  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }
}

/** A port of loopback that nobody uses. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return port;
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(true));
    socket.on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}
