import { setTimeout as wait } from "node:timers/promises";
import { CommandError } from "../command-error.js";
import { EXIT } from "../terminal.js";
import { type Inspected, inspectedAt, tell } from "./debugger.js";
import type { Door } from "./door.js";
import { type Listening, listeningOf } from "./sockets.js";
import { checkSignal, isLoopback } from "./target.js";

const USUAL: Listening = { host: "127.0.0.1", port: 9_229 };
const PATIENCE = 5_000;
const STEP = 100;

/** Opens the inspector of a process by SIGUSR1, which Node itself listens for. One that is open already is left so. */
export async function openBySignal(pid: number, ms: number): Promise<Door> {
  const already = await inspectedOf(pid);
  if (already) {
    refuseBeyond(already.at, pid);
    return { pid, url: already.found.url, until: undefined, by: "signal", close: async () => {} };
  }
  checkSignal(pid);
  process.kill(pid, "SIGUSR1");
  for (let waited = 0; waited < PATIENCE; waited += STEP) {
    await wait(STEP);
    const opened = await inspectedOf(pid);
    if (!opened) continue;
    const close = (): Promise<void> => closeBy(opened.found);
    if (!isLoopback(opened.at.host)) await close();
    refuseBeyond(opened.at, pid);
    return { pid, url: opened.found.url, until: Date.now() + ms, by: "signal", close };
  }
  const why = "its port may be taken (9229 unless --inspect-port says another), which it tells on its standard error";
  throw new CommandError(EXIT.found, `process ${pid} did not open its inspector within ${PATIENCE / 1_000} s: ${why}`);
}

/** Where a process listens for debuggers. */
async function inspectedOf(pid: number): Promise<{ found: Inspected; at: Listening } | undefined> {
  const known = listeningOf(pid);
  for (const at of known ?? [USUAL]) {
    const host = at.host === "0.0.0.0" || at.host === "::" ? "127.0.0.1" : at.host;
    const found = await inspectedAt(host, at.port);
    // Where the system does not tell whose a port is, the process itself does.
    if (found && (known || (await isOf(found, pid)))) return { found, at };
  }
  return undefined;
}

async function isOf(inspected: Inspected, pid: number): Promise<boolean> {
  const [answer] = await tell(inspected, [["Runtime.evaluate", { expression: "process.pid" }]]).catch(() => []);
  return answer?.includes(`"value":${pid},`) ?? false;
}

function refuseBeyond({ host, port }: Listening, pid: number): void {
  if (isLoopback(host)) return;
  const why = "everyone who reaches it can run code in the process";
  throw new CommandError(
    EXIT.found,
    `the inspector of process ${pid} listens at ${host}:${port}, beyond loopback: ${why}`,
  );
}

/** There is no signal for it: the process is told so over the inspector itself. A debugger that holds it lets it go first. */
async function closeBy(inspected: Inspected): Promise<void> {
  const expression = "process._debugEnd()";
  await tell(inspected, [["Debugger.enable"], ["Debugger.resume"], ["Runtime.evaluate", { expression }]]).catch(
    () => {},
  );
}
