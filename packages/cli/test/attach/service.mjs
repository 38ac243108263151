// A service with an admin plane, which may let debuggers in.
import { createSop } from "@sop/node";
import { adminOf } from "@sop/node/admin";

const sop = createSop({
  service: "shop",
  logLevel: "silent",
  config: false,
  sensors: false,
  watchdog: false,
  admin: { port: 0, inspector: process.argv[2] === "inspector" },
});
setInterval(() => {}, 1_000);
await adminOf(sop).ready;
process.stdout.write("ready\n");
