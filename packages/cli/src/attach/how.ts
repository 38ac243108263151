import type { Door } from "./door.js";

/** One way to look into the process. */
export interface Way {
  readonly name: string;
  readonly lines: readonly string[];
}

/** How debuggers connect: commands with what is true of this process. */
export function waysInto({ pid, url }: Door): readonly Way[] {
  const { host, hostname, port, pathname } = new URL(url);
  const devtools = `devtools://devtools/bundled/js_app.html?experiments=true&v8only=true&ws=${host}${pathname}`;
  const launch = { type: "node", request: "attach", name: `pid ${pid}`, address: hostname, port: Number(port) };
  return [
    { name: "Chrome DevTools", lines: [devtools, `or chrome://inspect, Configure..., ${host}`] },
    { name: "node inspect", lines: [`node inspect ${host}`] },
    { name: "VS Code", lines: [`.vscode/launch.json: ${JSON.stringify(launch)}`] },
    { name: "JetBrains", lines: [`Attach to Node.js/Chrome: host ${hostname}, port ${port}`] },
    { name: "from elsewhere", lines: [`ssh -N -L ${port}:${host} <this machine>`] },
    { name: "gdb", lines: [`gdb -p ${pid}`, "native stacks; the process stands still while it is attached"] },
    { name: "lldb", lines: [`lldb -p ${pid}`] },
    { name: "core dump", lines: [`gcore -o core ${pid}`, "8 to 19 s and gigabytes; the process stands still"] },
  ];
}

/** The ways as lines for people. */
export function waysText(door: Door): string {
  const ways = waysInto(door);
  const width = Math.max(...ways.map(({ name }) => name.length)) + 2;
  return ways
    .flatMap(({ name, lines }) => lines.map((line, i) => `  ${(i === 0 ? name : "").padEnd(width)}${line}`))
    .join("\n");
}
