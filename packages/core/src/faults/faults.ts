import type { FaultInjector } from "./injector.js";

/** The faults that are injected into requests, while the process runs. */
export interface Faults {
  /** Those in force. */
  readonly injectors: readonly FaultInjector[];
  /**
   * Puts these in the place of those in force. Throws `SOP_ERR_OPTION` that names every problem, and then all stays as it was. Paths are
   * those of `troubleshoot.yaml`: `injectors.0.mode`.
   */
  replace(injectors: readonly FaultInjector[]): void;
}
