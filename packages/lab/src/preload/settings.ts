import type { AliasSettings } from "../alias-hooks.js";

/** What the lab tells a service's preload. */
export interface PreloadSettings extends AliasSettings {
  /** Process id of the lab. */
  readonly parent: number;
  /** Where a crash is written to. */
  readonly crashFile: string;
  /** Path of the module with the asynchronous hooks. */
  readonly hooks: string;
}

/** The environment variable that carries the settings, as JSON. */
export const SETTINGS_VARIABLE = "SOP_LAB_PRELOAD";

/** The settings of this process; `undefined` where it was not started by the lab. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): PreloadSettings | undefined {
  const text = env[SETTINGS_VARIABLE];
  return text === undefined ? undefined : JSON.parse(text);
}

/** What a started service says to the lab. */
export type ServiceMessage = { readonly sopLab: "listening"; readonly port: number } | { readonly sopLab: "pong" };

/** Says something to the lab; without a channel to it, nothing. */
export function tell(message: ServiceMessage): void {
  if (process.connected) process.send?.(message);
}
