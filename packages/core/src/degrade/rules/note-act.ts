import type { IncidentDesk } from "../../incident/incident-desk.js";
import type { Crashes } from "./crashes.js";
import type { RuleChange } from "./rule.js";

/**
 * Makes an act part of an incident: of the open one; of that of the crash before, which is the same failure; else of a new one that the
 * rule opens.
 */
export function noteAct(
  { rule, evidence }: RuleChange,
  detail: string,
  incidents: IncidentDesk,
  crashes: Crashes,
): void {
  const isAfterCrash = evidence.some(({ what, value }) => what === "crashes" && value !== 0);
  if (isAfterCrash && incidents.current === undefined) {
    crashes.mitigated(detail);
    return;
  }
  incidents.trigger(rule);
  incidents.mark("mitigated", detail);
}
