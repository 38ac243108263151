import { createServer } from "node:http";
import { Readable } from "node:stream";
import { openNodeExchange, writeNodeReply } from "@sop/core";
import { slow, work } from "./work.mjs";

export async function make(sop) {
  const handle = async (req, res) => {
    if (req.url === "/slow") Readable.from(slow()).pipe(res);
    else res.end(await work());
  };
  if (sop === undefined) return createServer(handle);
  const life = sop.lifecycle({ name: "http", route: (res) => res.req.url, respond: writeNodeReply });
  return createServer((req, res) => {
    const context = openNodeExchange(life, req, res);
    const refusal = life.admit(context);
    if (refusal) writeNodeReply(res, refusal);
    else life.run(context, handle, req, res);
  });
}
