import { OptionError } from "@sop/core";
import type { Command } from "commander";
import { addPlaneOptions } from "../plane/options.js";
import type { Terminal } from "../terminal.js";
import { type AttachOptions, attach } from "./attach.js";

/** Adds `sop attach`. */
export function addAttach(program: Command, terminal: Terminal, done: (code: number) => void): void {
  addPlaneOptions(
    program
      .command("attach")
      .description("opens the inspector of a running process for a time, and tells how debuggers connect"),
  )
    .argument("<pid>", "the process")
    .option("--for <duration>", "how long it is open, 1s to 1h", "5m")
    .option("--port <port>", "where it listens on loopback; 0 is any free port (not with --signal)", "0")
    .option("--signal", "by SIGUSR1 in place of the admin plane: the service is not asked whether it allows it", false)
    .option("--detach", "does not wait for the end: the service closes it (not with --signal)", false)
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      "\nThe service allows it with admin: { inspector: true }: who attaches can do all that the process can.\n\nExample:\n  sop attach 4711 --for 10m",
    )
    .action(async (pid: string, given: AttachOptions) => {
      if (given.signal && given.detach) {
        throw new OptionError([
          { path: "--detach", value: "with --signal", allowed: "one of both: nobody would close it" },
        ]);
      }
      done(await attach(pid, given, terminal));
    });
}
