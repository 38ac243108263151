/**
 * Node's diagnostic report of this process, without the environment: that is where secrets are kept. `undefined` where the runtime
 * has none.
 */
export function processReport(error: unknown): unknown {
  const { report } = process;
  if (typeof report?.getReport !== "function") return undefined;
  const { excludeNetwork } = report as { excludeNetwork?: boolean };
  // Otherwise it asks the name server about each open socket, and blocks while it does.
  Object.assign(report, { excludeNetwork: true });
  try {
    const { environmentVariables, ...rest } = read(report.getReport(error instanceof Error ? error : undefined));
    return rest;
  } catch {
    return undefined;
  } finally {
    Object.assign(report, { excludeNetwork });
  }
}

// Types say it is text, Node gives an object.
function read(report: unknown): Record<string, unknown> {
  return (typeof report === "string" ? JSON.parse(report) : report) as Record<string, unknown>;
}
