import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Service, type ServiceOptions, startService } from "../src/index.ts";

export const here: string = import.meta.dirname;

/** Starts a service of this directory; it ends with the test. */
export async function started(entry: string, options: ServiceOptions = {}): Promise<Service> {
  const service = await startService(join(here, entry), options);
  onTestFinished(() => service.stop());
  return service;
}
