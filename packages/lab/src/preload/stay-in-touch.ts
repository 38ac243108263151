import { tell } from "./settings.js";

/** Answers the lab for as long as the event loop turns, and ends the service when the lab is gone. */
export function stayInTouch(): void {
  process.on("message", (message) => {
    const { sopLab } = Object(message) as { readonly sopLab?: unknown };
    // A turn later, so that what the last request left to be thrown is thrown before the answer.
    if (sopLab === "ping") setImmediate(() => tell({ sopLab: "pong" }));
  });
  process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
  // A service that has nothing left to do ends as it would without the lab.
  process.channel?.unref();
}
