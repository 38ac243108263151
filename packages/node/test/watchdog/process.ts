import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Diagnosis, Incident, RecordedStack } from "@sop/core";
import { onTestFinished, vi } from "vitest";
import type { IncidentRecord } from "../../src/forensics.ts";
import { temporaryDirectory } from "../support/files.ts";

/** An incident's directory as it is on disk. */
export interface OnDisk {
  readonly dir: string;
  readonly incident: IncidentRecord;
  readonly diagnosis: Diagnosis;
  readonly stacks: readonly RecordedStack[];
}

/** `service.mjs`, built packages and all, until the test is finished. */
export class Watched {
  readonly dir: string = temporaryDirectory();
  readonly child: ChildProcess;
  output = "";
  #url = "";

  private constructor(options: object, execArgv: readonly string[]) {
    this.child = fork(join(import.meta.dirname, "service.mjs"), {
      execArgv: ["--expose-gc", ...execArgv],
      env: { ...process.env, SOP_SENSORS: "on", SOP_DIR: this.dir, OPTIONS: JSON.stringify(options) },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
    }
    onTestFinished(() => void this.child.kill("SIGKILL"));
  }

  /** One that listens, and has got no request yet. */
  static async started(options: object = {}, execArgv: readonly string[] = []): Promise<Watched> {
    const service = new Watched(options, execArgv);
    const [{ port }] = (await once(service.child, "message")) as [{ port: number }];
    service.#url = `http://127.0.0.1:${port}`;
    return service;
  }

  /** One that has got a request and whose watchdog has looked at it. */
  static async start(options: object = {}, execArgv: readonly string[] = []): Promise<Watched> {
    const service = await Watched.started(options, execArgv);
    await service.ask("/fine");
    await service.turn("watched");
    return service;
  }

  async ask(path: string): Promise<string> {
    const answer = await fetch(this.#url + path);
    return answer.text();
  }

  /** What the main thread says when it turns. */
  // biome-ignore lint/suspicious/noExplicitAny: what a child says is of every kind.
  async turn(key: string): Promise<any> {
    this.child.send({ [key]: true });
    const [message] = await once(this.child, "message");
    return message[key];
  }

  async openIncident(): Promise<Incident | null> {
    return this.turn("incident");
  }

  /** The incidents that are on disk, the first one first. */
  onDisk(): OnDisk[] {
    const names = readdirSync(this.dir).filter((name) => /^\d{8}T\d{6}Z-/.test(name));
    return names.sort().flatMap((name) => {
      const dir = join(this.dir, name);
      if (!existsSync(join(dir, "incident.json"))) return [];
      const read = (file: string) => JSON.parse(readFileSync(join(dir, file), "utf8"));
      const stacks = existsSync(join(dir, "bundle/stacks.json")) ? read("bundle/stacks.json").stacks : [];
      return [{ dir, incident: read("incident.json"), diagnosis: read("diagnosis.json"), stacks }];
    });
  }

  /** The first incident that is as it is waited for. */
  found(isSo: (found: OnDisk) => boolean = () => true): Promise<OnDisk> {
    return vi.waitFor(
      () => {
        const found = this.onDisk().find(isSo);
        if (found === undefined) throw new Error(`no such incident: ${JSON.stringify(this.onDisk())}\n${this.output}`);
        return found;
      },
      { timeout: 25_000, interval: 20 },
    );
  }
}
