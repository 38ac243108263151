// Sends to a plane what nobody should, and more than anybody should, at a rate of its own, in a process of its own.
import { connect } from "node:net";

const [port = "0", token = "", rate = "0"] = process.argv.slice(2);

const head = (path: string, ...headers: string[]): string =>
  `${[`GET ${path} HTTP/1.1`, "Host: localhost", "Connection: close", ...headers].join("\r\n")}\r\n\r\n`;

const KINDS = [
  head("/debug/mw/flags", "X-Admin-Token: wrong"),
  head("/debug/mw/../../etc/passwd", `X-Admin-Token: ${token}`),
  head("/debug/mw/snapshot", `X-Admin-Token: ${token}`),
  head("/debug/mw/circuit-breakers", `X-Admin-Token: ${token}`),
  head("/metrics"),
  "\u0000\u0001 no request\r\n\r\n",
];
const AT_ONCE = 64;
const EVERY = 10;

let open = 0;
let sent = 0;
setInterval(() => {
  for (let due = (Number(rate) * EVERY) / 1_000; due > 0 && open < AT_ONCE; due--) {
    open++;
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("error", () => {}).on("close", () => open--);
    socket.resume().end(KINDS[sent++ % KINDS.length] as string);
  }
}, EVERY);
process.on("message", () => process.send?.({ sent }));
process.send?.({ port: 0 });
