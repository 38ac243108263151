import { turbo } from "./lib/run.ts";

turbo(process.argv.slice(2));
