import { run } from "@sop/cli";

/** Runs `sop` and gives what it prints. Throws what it has to say where it ends by another code than 0. */
export async function sop(args: readonly string[], signal: AbortSignal): Promise<string> {
  let out = "";
  let err = "";
  const into = (write: (text: string) => void) => ({ write: (text: string) => write(text) });
  const terminal = { out: into((text) => (out += text)), err: into((text) => (err += text)), signal };
  const code = await run(args, terminal);
  if (code !== 0) throw new Error(`sop ${args.join(" ")} ends with ${code}: ${err}`);
  return out;
}
