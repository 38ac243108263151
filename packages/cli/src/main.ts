#!/usr/bin/env node
import { run } from "./run.js";

const abort = new AbortController();
process.once("SIGINT", () => abort.abort());
void run(process.argv.slice(2), { out: process.stdout, err: process.stderr, signal: abort.signal }).then((code) => {
  process.exitCode = code;
});
