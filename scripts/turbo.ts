import { must, turboArgs } from "./lib/run.ts";

must("turbo", turboArgs(process.argv.slice(2)));
