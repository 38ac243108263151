// The server of one round, run by the Node under test: plain JavaScript, for Node 20 reads no types.
import { createSop } from "@sop/node";
import { serveHealth } from "@sop/node/drain";
import { WAYS } from "./ways.mjs";

const [framework, way, limit] = process.argv.slice(2);
const isOurs = way === "sop";
const sop = isOurs
  ? createSop({
      service: "bench",
      logLevel: "silent",
      config: false,
      forensics: false,
      drain: { limit: Number(limit) },
    })
  : undefined;
const { make } = await import(`./servers/${framework}.mjs`);
const server = await make(sop);
if (!isOurs) await WAYS[way](server, Number(limit));
const health = sop && (await serveHealth(sop));
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port, health: health?.port }));
process.channel.unref();
