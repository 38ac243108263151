// An application that was not changed; its first argument says how it ends.
import { createServer } from "node:http";

const [how, value] = process.argv.slice(2);
const kept = [];
const ways = {
  exit: () => process.exit(Number(value)),
  env: () => console.log(process.env[value] ?? "none"),
  stderr: () => process.stderr.write(Buffer.from(value, "hex"), () => process.exit(0)),
  oom: () => {
    for (;;) kept.push(Array.from({ length: 1_000 }, (_, i) => ({ i })));
  },
  kill: () => process.kill(process.pid, value),
  die: () => {
    process.stderr.write("cannot connect to postgres://shop:hunter22@db/ password=hunter22\n", () => process.exit(7));
  },
  serve: () => {
    for (const signal of ["SIGUSR2", "SIGHUP"]) process.on(signal, () => console.log(`got ${signal}`));
    process.on("SIGTERM", () => process.exit(5));
    createServer((_request, response) => response.setHeader("connection", "close").end(String(process.pid))).listen(
      Number(value),
      "127.0.0.1",
      () => console.log(`listening ${process.pid}`),
    );
  },
};
// After the flight recorder has begun.
setTimeout(ways[how], how === "serve" || how === "env" ? 0 : Number(process.env.AFTER ?? 400));
