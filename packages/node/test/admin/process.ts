import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryDirectory } from "../support/files.ts";

// biome-ignore lint/suspicious/noExplicitAny: what a child says is of every kind.
type Said = Record<string, any>;

/** `service.mjs`, built packages and all, until the test is finished. */
export class ServiceProcess {
  readonly dir: string;
  readonly child: ChildProcess;
  output = "";
  readonly #said: Said[] = [];

  constructor(admin: object, env: Readonly<Record<string, string>> = {}, dir: string = temporaryDirectory()) {
    this.dir = dir;
    this.child = fork(join(import.meta.dirname, "service.mjs"), {
      env: { ...process.env, SOP_ADMIN: "on", SOP_DIR: this.dir, ADMIN: JSON.stringify(admin), ...env },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
    }
    this.child.on("message", (message) => this.#said.push(message as Said));
    onTestFinished(() => void this.child.kill("SIGKILL"));
  }

  /** The first thing it said that has this. */
  async said(key: string): Promise<Said> {
    for (;;) {
      const at = this.#said.findIndex((message) => key in message);
      if (at >= 0) return this.#said.splice(at, 1)[0] as Said;
      await once(this.child, "message");
    }
  }

  tell(message: Said): void {
    this.child.send(message);
  }

  get audit(): Said[] {
    return this.output
      .split("\n")
      .flatMap((line) => (line.includes('"audit"') ? [JSON.parse(line).audit as Said] : []));
  }
}
