import type { Command } from "commander";
import type { Terminal } from "../../terminal.js";
import { type RunOptions, readRunOptions } from "./options.js";
import { supervise } from "./supervisor.js";

const ABOUT = `
The process gets what this command gets: input, output, the environment, and the signals SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1 and SIGUSR2. Of one
that ends by a crash, for want of memory or by a kill the flight recorder's black box becomes an incident; see sop forensics list.
With --listen the port is opened by this command and kept while processes come and go: nobody is refused in between. It is for a process that is
started directly and listens at that port once.
Exit code: that of the process; 128 and the number of the signal that ended it; 1 where it ended early too often.

Examples:
  sop run -- node app.js
  sop run --listen 3000 --max-restarts 10 -- node --max-old-space-size=512 app.js
  sop run --restart never --no-attach -- npm start`;

/** Adds `sop run` to the program. */
export function addRun(program: Command, terminal: Terminal, done: (code: number) => void): void {
  program
    .command("run")
    .description(
      "runs a service and watches it from outside: attaches to it, starts it again, and records how it ended",
    )
    .argument("<command...>", "what is run, after --")
    .option("--restart <policy>", "when it is started again: on-failure, always, never", "on-failure")
    .option(
      "--max-restarts <count>",
      "how often it may end within its first 10 s, one after the other (default: no limit)",
    )
    .option(
      "--backoff <duration>",
      "the first pause before it is started again, doubled each time that it ends early",
      "250ms",
    )
    .option("--max-backoff <duration>", "the longest one", "30s")
    .option("--listen <[host:]port>", "opens the port, and keeps it open while the process is started again")
    .option("--no-attach", "without @sop/node/register: the process does what it does by itself")
    .option("--json", "what this command itself says on standard error, as a line of JSON each")
    .addHelpText("after", ABOUT)
    .action(async ([file = "", ...args]: string[], given: RunOptions) =>
      done(await supervise({ file, args }, readRunOptions(given), terminal)),
    );
}
