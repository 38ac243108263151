// Preloaded into an example: whatever port it asks for, it gets a free one, is asked once over HTTP, and may go.
import { Server } from "node:net";

const listen = Server.prototype.listen;
Server.prototype.listen = function (...args) {
  const callback = args.findLast((arg) => typeof arg === "function");
  this.once("listening", async () => {
    const response = await fetch(`http://127.0.0.1:${this.address().port}/`);
    console.log(`answered ${response.status}`);
    process.exit(0);
  });
  return listen.call(this, 0, "127.0.0.1", callback);
};

// A program that neither ends nor listens has failed.
setTimeout(() => {
  console.error("no answer and no end within 20 s");
  process.exit(1);
}, 20_000).unref();
