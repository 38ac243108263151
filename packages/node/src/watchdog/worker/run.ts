import type { MessagePort } from "node:worker_threads";
import { blackBoxOf } from "../../blackbox/memory.js";
import { Budget } from "../incidents/budget.js";
import type { ToMain, ToWatchdog, WatchdogStart } from "../link/messages.js";
import { BlockedWatch } from "./blocked-watch.js";
import { BoxWriter } from "./box-writer.js";
import { Heart } from "./heart.js";
import { Sampler } from "./sampler.js";
import { SignalWatch } from "./signal-watch.js";

const EVERY = 200;
const LOOKS = 5;

/** The watchdog: it runs beside the main thread for as long as the process does. */
export function run(start: WatchdogStart, port: MessagePort): void {
  const box = blackBoxOf(start.memory);
  const now = (): number => performance.now();
  const heart = new Heart(box, now);
  const sampler = new Sampler(box);
  const send = (message: ToMain): void => port.postMessage(message);
  const budget = new Budget(start.settings.maxIncidentsPerHour);
  const shared = { start, box, sampler, budget, now, send };
  const blocked = new BlockedWatch(heart, shared);
  const signals = new SignalWatch(shared);
  const boxFile = start.boxFile && new BoxWriter(start.boxFile, box, send);
  port.on("message", (message: ToWatchdog) => {
    if (message.kind === "window") signals.told(message.id, message.window);
    else if (message.kind === "suspicion") signals.suspect(message.window);
    else {
      blocked.incident(message.id);
      signals.incident(message.id);
    }
  });
  let last = now();
  let looks = 0;
  setInterval(() => {
    const at = now();
    const silent = heart.look();
    sampler.take(at - last, silent);
    boxFile?.flush();
    last = at;
    blocked.look(silent);
    // A thread that is silent is the other's to look into.
    if (++looks % LOOKS === 0 && silent < start.settings.blockedAfter) signals.look();
  }, EVERY);
}
