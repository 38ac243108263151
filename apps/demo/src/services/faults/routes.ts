import type { Sop } from "@sop/core";
import type { Router } from "express";

/** Adds the routes that have a fault to the catalog's. */
export type AddRoutes = (router: Router, sop: Sop) => void | Promise<void>;

/** Each is loaded only where it is asked for: the packages with the failures are in no other process. */
const FAULTS: Readonly<Record<string, () => Promise<{ readonly addRoutes: AddRoutes }>>> = {
  leak: () => import("./leak.ts"),
  deadlock: () => import("./deadlock.ts"),
  cascade: () => import("./cascade.ts"),
  race: () => import("./race.ts"),
  stall: () => import("./stall.ts"),
  pool: () => import("./pool.ts"),
  fd: () => import("./fd.ts"),
};

/** Adds the routes of a fault. Throws where there is none of that name. */
export async function addFault(name: string, router: Router, sop: Sop): Promise<void> {
  const load = FAULTS[name];
  if (!load) throw new Error(`SHOP_FAULT: got ${name}, expected ${Object.keys(FAULTS).join(", ")}`);
  const { addRoutes } = await load();
  await addRoutes(router, sop);
}
