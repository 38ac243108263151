#!/usr/bin/env node
import { run } from "./run.js";

const abort = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => abort.abort());
const terminal = {
  out: process.stdout,
  err: process.stderr,
  signal: abort.signal,
  // Looked at only by who wants keys: to read it at all can keep a process alive.
  get input(): NodeJS.ReadStream {
    return process.stdin;
  },
};
void run(process.argv.slice(2), terminal).then((code) => {
  process.exitCode = code;
});
