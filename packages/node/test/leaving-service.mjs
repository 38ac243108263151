// A service with an open incident, which leaves when it is told to; what is to be taken of it then is its first argument.
import { createServer } from "node:http";
import { createSop } from "@sop/node";

const [, , dir, heavy] = process.argv;
const parts = { config: false, admin: false, watchdog: false, profiles: false };
const sop = createSop({ service: "leaving", ...parts, forensics: { dir, ...JSON.parse(heavy) } });
sop.openIncident();
const server = createServer().listen(0, "127.0.0.1", () => process.send("ready"));
sop.onDrain(() => void server.close());
