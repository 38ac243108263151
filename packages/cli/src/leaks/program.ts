import type { Command } from "commander";
import { addPlaneOptions } from "../plane/options.js";
import type { Terminal } from "../terminal.js";
import { type DetectOptions, detectLeaks } from "./detect.js";

const ABOUT = `
It samples what is allocated, and compares six looks at what is alive: a site that grows with each request to the end leaks; one that levels off, such as
a cache or a warm-up, does not. The service has to be under load. Each look holds its main thread for about 0.5 ms for each MiB of heap, two of them for
about 5 ms for each MiB (--no-structures leaves that out, and with it what keeps the memory). Exit 1: something leaks.

--heap-snapshot names the new objects by their constructor, and what keeps them. The service has to allow it (admin: { inspector: true }), stands still for
about 0.1 s for each MiB of heap, twice, and its secrets are in the files: delete them.

Examples:
  sop mem-leak-detector --duration 60s
  sop mem-leak-detector --heap-snapshot --duration 30s
  sop mem-leak-detector --addr 127.0.0.1:9320 --duration 5m --json`;

/** Adds `sop mem-leak-detector`. */
export function addLeakDetector(program: Command, terminal: Terminal, done: (code: number) => void): void {
  addPlaneOptions(
    program
      .command("mem-leak-detector")
      .description("where a running service under load leaks memory, and what keeps it"),
  )
    .option("--duration <duration>", "how long it is watched, 5s to 30m; the first fifth is taken for a warm-up", "60s")
    .option("--interval <bytes>", "one allocation in so many bytes is sampled", "32768")
    .option("--no-structures", "does not look for what keeps the memory")
    .option("--heap-snapshot", "compares two heap snapshots in place of that, on the service's own machine", false)
    .option("--max-heap <size>", "of a larger heap no snapshot is written", "256MiB")
    .option("--json", "the result as JSON")
    .addHelpText("after", ABOUT)
    .action(async (given: DetectOptions) => done(await detectLeaks(given, terminal)));
}
