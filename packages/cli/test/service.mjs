// A service with SOP whose handler fails later, where nobody catches it.
import { createServer } from "node:http";
import { openNodeExchange, writeNodeReply } from "@sop/core";
import { createSop } from "@sop/node";

const sop = createSop({ service: "shop", logLevel: "silent" });
const life = sop.lifecycle({ name: "http", route: () => "/broken", respond: writeNodeReply });

createServer((req, res) => {
  const context = openNodeExchange(life, req, res);
  const refusal = life.admit(context);
  if (refusal) writeNodeReply(res, refusal);
  else life.run(context, () => setTimeout(() => JSON.parse("{"), 1));
}).listen(3000);
