import type { Sop } from "@sop/core";
import { type AdminOptions, readAdminOptions } from "./options.js";
import { type AdminPlane, Plane } from "./plane.js";

const planes = new WeakMap<Sop, AdminPlane>();

/**
 * Starts the admin plane of `sop`: a listener of its own in a thread beside the main one, which neither waits for it nor ends with it.
 * Throws `SOP_ERR_OPTION` for options that are wrong, among them an address beyond loopback without `tls`.
 */
export function admin(sop: Sop, options?: AdminOptions): AdminPlane {
  const settings = readAdminOptions(options);
  return startPlane(sop, new Plane(sop, settings, { registry: options?.registry, incidents: settings.dir }));
}

/** The plane that was started last for `sop`, by `createSop` or by {@link admin}; `undefined` where there is none. */
export function adminOf(sop: Sop): AdminPlane | undefined {
  return planes.get(sop);
}

/** Notes whose plane it is. */
export function startPlane(sop: Sop, plane: AdminPlane): AdminPlane {
  planes.set(sop, plane);
  return plane;
}
