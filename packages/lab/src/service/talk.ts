import type { ChildProcess } from "node:child_process";
import type { ServiceMessage } from "../preload/settings.js";

/** The first port the service listens on; `undefined` where it ends before, or takes longer than `timeout` milliseconds. */
export async function portOf(child: ChildProcess, timeout: number): Promise<number | undefined> {
  const message = await heard(child, "listening", timeout);
  return message?.sopLab === "listening" ? message.port : undefined;
}

/** Whether the service's event loop comes round within `timeout` milliseconds. */
export async function isTurning(child: ChildProcess, timeout: number): Promise<boolean> {
  const answer = heard(child, "pong", timeout);
  // A channel that is closed is the end of the process: it is waited for, and known by its exit.
  if (child.connected) child.send({ sopLab: "ping" }, () => {});
  return (await answer) !== undefined;
}

function heard(
  child: ChildProcess,
  what: ServiceMessage["sopLab"],
  timeout: number,
): Promise<ServiceMessage | undefined> {
  return new Promise((resolve) => {
    const settle = (message?: ServiceMessage): void => {
      clearTimeout(timer);
      child.off("message", listen).off("exit", gone).off("error", gone);
      resolve(message);
    };
    const listen = (message: unknown): void => {
      if (isServiceMessage(message) && message.sopLab === what) settle(message);
    };
    const gone = (): void => settle();
    const timer = setTimeout(gone, timeout);
    child.on("message", listen).once("exit", gone).once("error", gone);
    if (child.exitCode !== null || child.signalCode !== null) gone();
  });
}

// The service's own code may talk over the same channel.
function isServiceMessage(message: unknown): message is ServiceMessage {
  return typeof message === "object" && message !== null && "sopLab" in message;
}
