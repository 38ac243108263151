import type { CrashHistory } from "@sop/core";
import { type ListedIncident, listIncidents, type RecordedTrigger } from "./incident-file.js";
import { markStep } from "./mark-step.js";

const CRASHES: readonly string[] = ["uncaughtException", "unhandledRejection"];

/** The crashes of a service that were recorded below `dir`: what a rule of the process that was started again can act on. */
export function pastCrashes(dir: string, service: string): CrashHistory {
  const crashesOf = ({ triggers }: ListedIncident): readonly RecordedTrigger[] => {
    return triggers.filter(({ kind }) => CRASHES.includes(kind));
  };
  const crashed = (): ListedIncident[] => {
    return listIncidents(dir).filter((incident) => incident.service === service && crashesOf(incident).length > 0);
  };
  return {
    read: () => crashed().flatMap((incident) => crashesOf(incident).map(({ at }) => at)),
    mitigated(detail) {
      const [newest] = crashed();
      if (newest) markStep(newest.dir, "mitigated", detail);
    },
  };
}
