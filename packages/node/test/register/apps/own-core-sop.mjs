import { createServer } from "node:http";
import { createSop, openNodeExchange, writeNodeReply } from "@sop/core";

const sop = createSop({ service: "own" });
const life = sop.lifecycle({ name: "http", route: () => "/own", respond: writeNodeReply });
const server = createServer((request, response) => {
  const context = openNodeExchange(life, request, response);
  life.admit(context);
  life.run(context, () => response.end(sop.current()?.route));
});
server.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
