import { onTestFinished } from "vitest";
import { type Service, type ServiceOptions, startService } from "../src/index.ts";

export const here: string = import.meta.dirname;

/** The Node that services run on, where it is another one than that of the tests. */
const other = process.env["SOP_CONFORMANCE_NODE"];

/** Starts a service, by default one of this directory; it ends with the test. */
export async function started(entry: string, options: ServiceOptions = {}): Promise<Service> {
  const service = await startService(entry, { cwd: here, ...(other !== undefined && { node: other }), ...options });
  onTestFinished(() => service.stop());
  return service;
}
