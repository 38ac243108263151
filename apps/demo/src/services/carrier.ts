// What is outside of the shop: a carrier that tells prices until it is silent, and a host of large pictures. It is not protected by anything.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { listening, port } from "./settings.ts";

const PICTURE = Buffer.alloc(300_000, 65);
let isSilent = false;

const server = createServer((request, response) => {
  if (request.url === "/picture") response.end(PICTURE);
  else if (request.url === "/silent" || request.url === "/speak") {
    isSilent = request.url === "/silent";
    response.end();
  } else if (request.url === "/quote" && isSilent) request.resume();
  else response.setHeader("content-type", "application/json").end('{"price":4}');
});
server.listen(port, "127.0.0.1", () => listening((server.address() as AddressInfo).port));
