// A service that takes all descriptors it may have, and gives some back when it is asked for its evidence.
import { closeSync, openSync } from "node:fs";
import { createSop } from "@sop/node";

const sop = createSop({ service: "shop", logLevel: "silent", admin: false, config: false, drain: false });
const files = [];
setTimeout(() => {
  try {
    for (;;) files.push(openSync(process.argv[1], "r"));
  } catch {
    console.log("exhausted");
  }
}, 1_000);
process.stdin.once("data", () => {
  for (const file of files.splice(0, 30)) closeSync(file);
  sop.openIncident("by hand");
});
