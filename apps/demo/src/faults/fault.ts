import type { RootCause } from "@sop/core";
import type { ServiceProcess } from "../fleet/service-process.ts";

/** What requests of a fault are sent with. */
export interface Field {
  /** The catalog. */
  readonly url: string;
  /** What is outside of the shop: a carrier, and a host of pictures. */
  readonly carrier: string | undefined;
}

/** A failure of a public package, in a route of the catalog. */
export interface Fault {
  /** The package by its version, and what is known of it. */
  readonly package: string;
  /** What goes wrong, in a sentence that ends without a stop. */
  readonly about: string;
  /** The class that the diagnosis is to name. */
  readonly cause: RootCause;
  /** The flag that switches the route to its fallback. */
  readonly flag: string;
  /** Whether what is stuck stays so, and the process has to be replaced too. */
  readonly isReplaced: boolean;
  /** Whether the route calls what is outside of the shop. */
  readonly needsCarrier: boolean;
  /** Requests that do no harm, from which on the route's normal is known. */
  usual(field: Field, signal: AbortSignal): Promise<void>;
  /** Requests that set it off, until `signal`. */
  setOff(field: Field, signal: AbortSignal): Promise<void>;
  /** One request as a customer sends it; whether all is well with it. */
  isWell(field: Field): Promise<boolean>;
}

/** Where a fault's requests go: the port of the catalog is the same when it is started again. */
export function fieldOf(catalog: ServiceProcess, carrier: ServiceProcess | undefined): Field {
  return { url: catalog.url, carrier: carrier?.url };
}
