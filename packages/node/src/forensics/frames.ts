import type { RecordedFrame } from "@sop/core";
import { parseStack } from "@sop/core/diagnosis";
import { type InstalledPackage, ownerOf } from "./packages.js";
import { requirerOf } from "./requirer.js";

/**
 * The frames of a stack, each with the package that its file is part of; the topmost one of a dependency also with the application's
 * own dependency that brought that in. `entry`: the file the application was started with.
 */
export function recordFrames(stack: string, entry: string | undefined): RecordedFrame[] {
  const known = new Map<string, InstalledPackage | undefined>();
  let isBlamed = false;
  return parseStack(stack).map((frame) => {
    const owner = frame.file.startsWith("node:") ? undefined : ownerOf(frame.file, known);
    const isGuilty = !isBlamed && !frame.file.startsWith("node:");
    isBlamed ||= isGuilty;
    const requiredBy = isGuilty && owner && entry !== undefined ? requirerOf(owner, entry) : undefined;
    return { ...frame, package: owner?.name, version: owner?.version, requiredBy };
  });
}
