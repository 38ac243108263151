import { makeDirectory } from "../files/make-directory.js";

/**
 * Has Node write its report into `dir` where it ends for want of memory, or by an error of its own: there is nobody else left who could. It has no network
 * and no environment: a Node whose report cannot go without the environment (before 22.13) writes none. Returns a function that takes it back.
 */
export function reportFatalErrors(dir: string): () => void {
  const { report } = process;
  const isUsable = typeof report?.getReport === "function" && "excludeEnv" in report;
  // What a user has set is theirs.
  if (!isUsable || report.reportOnFatalError || report.directory !== "") return () => {};
  const before = { ...pick(report) };
  try {
    makeDirectory(dir);
  } catch {
    return () => {};
  }
  Object.assign(report, {
    reportOnFatalError: true,
    directory: dir,
    excludeNetwork: true,
    excludeEnv: true,
    compact: true,
  });
  return () => Object.assign(report, before);
}

const NAMES = ["reportOnFatalError", "directory", "excludeNetwork", "excludeEnv", "compact"] as const;

function pick(report: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(NAMES.map((name) => [name, (report as Readonly<Record<string, unknown>>)[name]]));
}
