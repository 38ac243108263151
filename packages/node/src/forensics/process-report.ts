import { maskText } from "./mask.js";

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
    const { environmentVariables, javascriptStack, ...rest } = read(
      report.getReport(error instanceof Error ? error : undefined),
    );
    return { ...rest, javascriptStack: maskStack(javascriptStack) };
  } catch {
    return undefined;
  } finally {
    Object.assign(report, { excludeNetwork });
  }
}

/** Its first line is the message's. A secret of several lines, such as a private key, is one only while they are together. */
function maskStack(given: unknown): unknown {
  const { message, stack } = Object(given) as { message?: unknown; stack?: unknown };
  if (typeof message !== "string" || !Array.isArray(stack)) return given;
  const [first, ...others] = maskText([message, ...stack].join("\n")).split("\n");
  return { ...(given as object), message: first, stack: others };
}

// Types say it is text, Node gives an object.
function read(report: unknown): Record<string, unknown> {
  return (typeof report === "string" ? JSON.parse(report) : report) as Record<string, unknown>;
}
