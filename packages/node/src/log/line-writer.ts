import type { Writable } from "node:stream";

/**
 * Writes lines to a stream of the process, standard output say, whose reader may leave (`node app.js | head`). That is no error of the
 * application's: after a broken pipe nothing more is written, and any other failure, of a full disk say, costs its line.
 */
export function lineWriter(stream: Writable): (line: string) => void {
  let isBroken = false;
  let failing = 0;
  const written = (error?: (Error & { code?: string }) | null): void => {
    if (!error) return;
    isBroken ||= error.code === "EPIPE";
    // The stream raises it as an event too, after this callback and within the same turn.
    if (failing++ === 0) stream.on("error", ignore);
    setImmediate(() => {
      if (--failing === 0) stream.off("error", ignore);
    });
  };
  return (line) => {
    if (!isBroken) stream.write(`${line}\n`, written);
  };
}

function ignore(): void {}
