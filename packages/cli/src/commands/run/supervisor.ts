import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { countOomKills } from "@sop/node/flight";
import { CommandError } from "../../command-error.js";
import { EXIT, type Output, type Terminal } from "../../terminal.js";
import { describeEnd, type End, examine, forget } from "./aftermath.js";
import { type Command, startChild } from "./child-process.js";
import { LastBytes } from "./last-bytes.js";
import { type ListeningSocket, openListeningSocket } from "./listening-socket.js";
import type { RunSettings } from "./options.js";
import { afterEnd, EARLY, FRESH, type Restarts } from "./restarts.js";
import { ForwardedSignals } from "./signals.js";
import { type Tell, tellerOf } from "./tell.js";

const STDERR_BYTES = 64 * 1_024;
/** What the process has started itself may keep its standard error open. */
const REST = 300;

/**
 * Runs a command until it is over. Gives the exit code: the command's own, or 128 and the number of the signal that ended it; 1 where it ended
 * early too often. Throws a `CommandError` where it cannot be started at all.
 */
export async function supervise(command: Command, settings: RunSettings, terminal: Terminal): Promise<number> {
  const socket = settings.listen && openListeningSocket(settings.listen);
  const toldDir = mkdtempSync(join(tmpdir(), "sop-run-"));
  const signals = new ForwardedSignals();
  try {
    return await new Supervisor(command, settings, terminal, toldDir, signals, socket).run();
  } finally {
    signals.end();
    socket?.close();
    rmSync(toldDir, { recursive: true, force: true });
  }
}

class Supervisor {
  readonly #command: Command;
  readonly #settings: RunSettings;
  readonly #err: Output;
  readonly #tell: Tell;
  readonly #toldDir: string;
  readonly #signals: ForwardedSignals;
  readonly #socket: ListeningSocket | undefined;
  #restarts: Restarts = FRESH;

  constructor(
    command: Command,
    settings: RunSettings,
    { err }: Terminal,
    toldDir: string,
    signals: ForwardedSignals,
    socket: ListeningSocket | undefined,
  ) {
    this.#command = command;
    this.#settings = settings;
    this.#err = err;
    this.#tell = tellerOf(err, settings.json);
    this.#toldDir = toldDir;
    this.#signals = signals;
    this.#socket = socket;
  }

  async run(): Promise<number> {
    for (;;) {
      const end = await this.#once();
      const code = codeOf(end);
      if (this.#signals.stop !== undefined) {
        this.#stopped(end);
        return code;
      }
      const { restart } = this.#settings;
      const isFailure = code !== 0;
      const [restarts, next] = afterEnd(
        this.#restarts,
        { isFailure, uptime: end.uptime },
        this.#settings,
        Math.random(),
      );
      this.#restarts = restarts;
      this.#tell("ended", `${end.pid} ended after ${seconds(end.uptime)}: ${describeEnd(end)}`, {
        pid: end.pid,
        code: end.code,
        signal: end.signal,
        uptime: Math.round(end.uptime),
      });
      // Meanwhile what it left is looked into.
      const pause = next.kind === "again" ? this.#pause(next.delay) : undefined;
      if (isFailure) this.#examine({ ...end, boots: restarts.early });
      if (next.kind === "over") return code;
      if (next.kind === "give up") {
        this.#tell("gave_up", `it ended ${restarts.early} times within ${EARLY / 1_000} s each: not started again`);
        return EXIT.found;
      }
      if (next.isLoop) {
        this.#tell(
          "boot_loop",
          `it ended ${restarts.early} times within ${EARLY / 1_000} s each: there is something wrong with how it starts`,
        );
      }
      this.#tell("restarts", `${restart === "always" ? "starts" : "starts again"} in ${seconds(next.delay)}`, {
        delay: next.delay,
      });
      if (!(await pause)) return 128 + constants.signals[this.#signals.stop ?? "SIGTERM"];
    }
  }

  /** From its start to its end. */
  async #once(): Promise<End & { readonly uptime: number }> {
    const startedAt = performance.now();
    const child = startChild(this.#command, this.#settings, this.#socket, this.#toldDir);
    this.#signals.child = child;
    const stderr = new LastBytes(STDERR_BYTES);
    child.stderr?.on("data", (chunk: Buffer) => {
      stderr.add(chunk);
      // As it is: half of a character may be its end.
      this.#err.write(chunk);
    });
    const ended = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
    const closed = once(child, "close").catch(() => {});
    // Of one that cannot be started `started` tells.
    ended.catch(() => {});
    await started(child, this.#command);
    const { pid = 0 } = child;
    this.#tell("started", `started ${[this.#command.file, ...this.#command.args].join(" ")} (${pid})`, { pid });
    const kills = countOomKills(pid);
    const [code, signal] = await ended;
    const at = Date.now();
    const uptime = performance.now() - startedAt;
    this.#signals.child = undefined;
    const oomKills = kills() ?? 0;
    const oomKilled = signal === "SIGKILL" && oomKills > 0;
    await Promise.race([closed, sleep(REST)]);
    return { pid, at, code, signal, stderr: stderr.text(), boots: 0, oomKilled, uptime };
  }

  #stopped(end: End): void {
    const { stop } = this.#signals;
    const asked = end.code === 0 || end.signal === stop || end.code === 128 + constants.signals[stop ?? "SIGTERM"];
    if (asked) forget(end.pid, this.#toldDir);
    else this.#examine(end);
    this.#tell("stopped", `${end.pid} was asked to end by ${stop}, and did: ${describeEnd(end)}`, { pid: end.pid });
  }

  #examine(end: End): void {
    const dir = resolve(process.env["SOP_DIR"] || ".sop/incidents");
    const found = examine(end, this.#command, this.#toldDir, dir);
    if (found.kind === "failed") {
      this.#tell("not_recorded", `the incident of ${end.pid} could not be recorded: ${found.reason}`);
    } else if (found.kind === "recorded") {
      this.#tell("incident", `incident ${found.incident}`, { incident: found.incident });
    } else {
      const { id, dir: path, diagnosis } = found.incident;
      this.#tell("incident", `incident ${id}: ${diagnosis.summary} (${path})`, {
        incident: id,
        dir: path,
        root_cause: diagnosis.root_cause,
      });
    }
  }

  /** Whether the time passed; not where it was asked to end meanwhile. */
  async #pause(delay: number): Promise<boolean> {
    try {
      await sleep(delay, undefined, { signal: this.#signals.asked });
      return true;
    } catch {
      return false;
    }
  }
}

async function started(child: ChildProcess, { file }: Command): Promise<void> {
  try {
    await once(child, "spawn");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(
      EXIT.usage,
      `${file} cannot be started: ${code === "ENOENT" ? "there is no such command" : code}`,
    );
  }
}

function codeOf({ code, signal }: Pick<End, "code" | "signal">): number {
  return signal === null ? (code ?? EXIT.found) : 128 + constants.signals[signal];
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
