import type { Shop } from "../fleet/shop.ts";
import type { Traffic } from "../traffic/traffic.ts";

/** What every step works on. */
export interface Scene {
  readonly shop: Shop;
  readonly traffic: Traffic;
  readonly signal: AbortSignal;
}
