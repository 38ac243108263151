import { once } from "node:events";
import { load, open } from "./load.ts";
import { Subject } from "./subject.ts";
import type { Framework, Variant } from "./variant.ts";

/** Growth of the heap in bytes over `requests` requests, after as many as a tenth of them have warmed it up. */
export async function growth(framework: Framework, variant: Variant, requests: number): Promise<number> {
  const subject = await Subject.start(framework, variant);
  try {
    await load(subject.port, "/items/7", { more: (answered) => answered < requests / 10 });
    const before = await subject.ask("heap");
    await load(subject.port, "/items/7", { more: (answered) => answered < requests });
    const after = await subject.ask("heap");
    return after.heap - before.heap;
  } finally {
    subject.stop();
  }
}

/** Bytes of heap for each of `requests` requests that wait for their answer. */
export async function inFlight(framework: Framework, variant: Variant, requests: number): Promise<number> {
  const subject = await Subject.start(framework, variant);
  try {
    await load(subject.port, "/items/7", { more: (answered) => answered < 20_000 });
    const sockets = await Promise.all(Array.from({ length: requests }, () => open(subject.port)));
    const ready = await subject.ask("heap");
    for (const socket of sockets) socket.write("GET /held HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let full = await subject.ask("heap");
    while (full.held < requests) full = await subject.ask("heap");
    const answers = sockets.map((socket) => once(socket, "data"));
    await subject.ask("release");
    await Promise.all(answers);
    for (const socket of sockets) socket.destroy();
    return (full.heap - ready.heap) / requests;
  } finally {
    subject.stop();
  }
}
