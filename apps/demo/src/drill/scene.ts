import type { Alerts } from "../fleet/alerts.ts";
import type { Shop } from "../fleet/shop.ts";
import type { Traffic } from "../traffic/traffic.ts";

/** What every step works on. */
export interface Scene {
  readonly shop: Shop;
  readonly traffic: Traffic;
  /** Who is told; `undefined` where nobody is. */
  readonly alerts: Alerts | undefined;
  readonly signal: AbortSignal;
}
