import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { forkServer } from "./fork-server.ts";
import type { Framework, Question, Reading, Variant } from "./variant.ts";

/** A server under test, in a process of its own. */
export class Subject {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(framework: Framework, variant: Variant): Promise<Subject> {
    const { child, port } = await forkServer(join(import.meta.dirname, "server.ts"), framework, variant);
    return new Subject(child, port);
  }

  async ask(question: Question): Promise<Reading> {
    this.#child.send(question);
    const [reading] = await once(this.#child, "message");
    return reading as Reading;
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}
