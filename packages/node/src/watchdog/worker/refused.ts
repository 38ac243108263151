import type { WorkerParts } from "./parts.js";

/** Takes an incident from the budget; `false` where there is none left, which is told once. */
export function mayOpen({ budget, start, now, send }: WorkerParts): boolean {
  const before = budget.refused;
  if (budget.take(now())) {
    if (before > 0) {
      const text = "watchdog: incidents are opened again; so many were not for `maxIncidentsPerHour`";
      send({ kind: "tell", level: "info", fields: { notOpened: before }, text });
    }
    return true;
  }
  if (before === 0) {
    const { maxIncidentsPerHour } = start.settings;
    const text = "watchdog: no more incidents are opened within this hour, they are only counted";
    send({ kind: "tell", level: "warn", fields: { maxIncidentsPerHour }, text });
  }
  return false;
}
