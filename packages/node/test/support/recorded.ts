import { createSop, type Logger, type Sop } from "@sop/core";
import { expect, onTestFinished, vi } from "vitest";
import { type ForensicsOptions, forensics, listIncidents } from "../../src/forensics.ts";
import { temporaryDirectory } from "./files.ts";
import { host } from "./service.ts";

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** A Sop whose incidents are recorded in a directory of this test's own. */
export function recorded(
  options: ForensicsOptions = {},
  logger: Logger = silent,
): { sop: Sop; dir: string; stop: () => void } {
  const dir = options.dir ?? temporaryDirectory();
  const sop = createSop({ service: "shop", logger, ports: { host } });
  const stop = forensics(sop, { dir, ...options });
  onTestFinished(() => {
    sop.dispose();
    stop();
  });
  return { sop, dir, stop };
}

/** The directory of the one incident, once it is diagnosed. */
export async function diagnosed(dir: string): Promise<string> {
  return vi.waitFor(
    () => {
      const [found, ...others] = listIncidents(dir);
      expect(others).toEqual([]);
      expect(found?.timeline.map(({ step }) => step)).toContain("diagnosed");
      return found?.dir as string;
    },
    { timeout: 10_000 },
  );
}
