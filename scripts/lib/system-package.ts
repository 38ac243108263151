import { spawnSync } from "node:child_process";
import { run } from "./run.ts";

/** Installs a package of the distribution that brings the command `command`, which knows its version by `asked`. Where that fails, what needs it says so and is skipped. */
export function installMissing(name: string, command = name, asked = "--version"): void {
  if (spawnSync(command, [asked]).status === 0) return;
  const apt = process.getuid?.() === 0 ? ["apt-get"] : ["sudo", "-n", "apt-get"];
  const [first = "", ...args] = apt;
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const isInstalled =
    run(first, [...args, "update", "-qq"], { env }) && run(first, [...args, "install", "-y", "-qq", name], { env });
  if (!isInstalled) console.log(`${name} could not be installed`);
}
