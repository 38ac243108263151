import { randomUUID } from "node:crypto";
import type { IncidentStepName } from "@sop/core";
import { type ListedIncident, markStep } from "@sop/node/forensics";
import { alerted } from "./alerted.ts";
import { contained } from "./contained.ts";
import { decided } from "./decided.ts";
import { diagnosed } from "./diagnosed.ts";
import { mitigated } from "./mitigated.ts";
import { recorded } from "./recorded.ts";
import { reproduced } from "./reproduced.ts";
import type { Scene } from "./scene.ts";
import { check, type StepTaken } from "./step.ts";

/** Who is told how it goes. */
export interface Listener {
  began(step: IncidentStepName, doing: string): void;
  took(step: StepTaken, seconds: number): void;
}

/** A closed loop. */
export interface Loop {
  readonly incident: ListedIncident;
  readonly steps: readonly StepTaken[];
}

/**
 * Lets the catalog crash while its flag is on, and takes the five steps of the loop one after the other; where there is an Alertmanager, its alert is one
 * more. Throws the first check that
 * does not hold.
 */
export async function closeLoop(scene: Scene, listener: Listener): Promise<Loop> {
  const { traffic, alerts, signal } = scene;
  const requestId = `demo-${randomUUID()}`;
  const steps: StepTaken[] = [];
  let crashedAt = Date.now();
  const take = (step: StepTaken): void => {
    steps.push(step);
    listener.took(step, Math.max(0, step.at - crashedAt) / 1_000);
  };

  await decided(scene, scene.shop.source, true);
  listener.began("contained", "an upload without an end crashes the catalog");
  const [containment, [record, diagnosis]] = await Promise.all([
    contained(scene, requestId),
    recorded(scene, requestId).then((record) => [record, diagnosed(record.incident.dir)] as const),
  ]);
  const { incident } = record;
  crashedAt = incident.openedAt;
  for (const step of [containment, record, diagnosis]) take(step);

  listener.began("mitigated", "a rule switches the route to its fallback");
  take(await mitigated(scene, incident, `${requestId}-again`));

  if (alerts) {
    listener.began("alerted", "through Alertmanager to who is on call, and back");
    take(await alerted(alerts, incident, signal));
  }

  listener.began("reproduced", "writing the failing test, and running it with both packages");
  const message = incident.triggers.at(-1)?.message ?? "";
  const reproduction = await reproduced(incident.dir, message, signal);
  markStep(incident.dir, "reproduced", reproduction.detail);
  take(reproduction);

  const failures = [...traffic.failures].map(([failure, times]) => `${failure} (${times})`).join(", ");
  check(traffic.failed === 0, `${traffic.failed} requests of customers failed: ${failures}`);
  return { incident, steps };
}
