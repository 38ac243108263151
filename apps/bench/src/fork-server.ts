import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** A server under test in a process of its own, and the port it told. */
export interface ForkedServer {
  readonly child: ChildProcess;
  readonly port: number;
  /** That of its admin plane, where it has one. */
  readonly plane?: number;
}

/** Starts `file` and waits for its port. Throws where it ends before. */
export async function forkServer(file: string, ...args: readonly string[]): Promise<ForkedServer> {
  const child = fork(file, args, {
    execArgv: ["--expose-gc", "--disable-warning=ExperimentalWarning"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  const failed = once(child, "exit").then(([code]) => {
    throw new Error(`${file} ${args.join(" ")} ended with ${code} before it listened`);
  });
  const [told] = (await Promise.race([once(child, "message"), failed])) as [Omit<ForkedServer, "child">];
  failed.catch(() => undefined);
  return { child, ...told };
}
