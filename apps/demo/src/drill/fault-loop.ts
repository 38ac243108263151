import { setTimeout } from "node:timers/promises";
import type { Diagnosis } from "@sop/core";
import { type ListedIncident, listIncidents, markStep, type RecordedTrigger, readEvidence } from "@sop/node/forensics";
import { type Fault, type Field, fieldOf } from "../faults/fault.ts";
import { sop } from "../fleet/sop-command.ts";
import { hasFailed } from "../traffic/traffic.ts";
import type { Listener, Loop } from "./drill.ts";
import { checkFiles } from "./recorded.ts";
import type { Scene } from "./scene.ts";
import { check, type StepTaken } from "./step.ts";
import { until } from "./until.ts";

/** From the first request that does harm to an incident; a leak has to be told from a cache that fills. */
const UNTIL_NOTICED = 60_000;
const UNTIL_WHOLE = 30_000;
const UNTIL_WELL = 30_000;
const USUAL = 6_000;
/** One after the other, without one that is not. */
const WELL_IN_A_ROW = 5;
const WANTED = ["sensors.json", "window.json"];

/**
 * Sets off a fault in the catalog, and takes the five steps of the loop: nobody says that there is one, the catalog has to notice by itself.
 * Throws the first check that does not hold.
 */
export async function closeFaultLoop(scene: Scene, fault: Fault, listener: Listener): Promise<Loop> {
  const { shop, traffic, signal } = scene;
  const field = fieldOf(shop.catalog, shop.carrier);
  const steps: StepTaken[] = [];
  listener.began("recorded", "what is usual on the route");
  await during(USUAL, signal, (end) => fault.usual(field, end));

  const since = Date.now();
  const attack = new AbortController();
  const isOver = AbortSignal.any([signal, attack.signal]);
  const requests = fault.setOff(field, isOver);
  const take = (step: StepTaken, from: number): void => {
    steps.push(step);
    listener.took(step, Math.max(0, step.at - from) / 1_000);
  };
  try {
    listener.began("recorded", fault.about);
    const incident = await noticed(scene, fault, since);
    const [diagnosis, record] = [named(incident, since), await recorded(incident, signal)];
    for (const step of [record, diagnosis]) take(step, incident.openedAt);

    listener.began("mitigated", `${fault.flag} is thrown${fault.isReplaced ? ", and the catalog replaced" : ""}`);
    const mitigation = await mended(scene, fault, field);
    markStep(incident.dir, "mitigated", mitigation.detail);
    // Who does not need what is broken has noticed nothing.
    const containment = unharmed(scene, since);
    markStep(incident.dir, "contained", containment.detail);
    for (const step of [mitigation, containment]) take(step, incident.openedAt);
    attack.abort();

    listener.began("reproduced", "the same requests to a catalog of its own, with the flag and without");
    const reproduction = await again(scene, fault);
    markStep(incident.dir, "reproduced", reproduction.detail);
    take(reproduction, incident.openedAt);
    check(traffic.answered > 0, "no customer was answered");
    return { incident, steps };
  } finally {
    attack.abort();
    await requests;
  }
}

/** Holds where the catalog has opened an incident by itself since then, or has added to an open one, and its diagnosis names the class of the fault. */
async function noticed({ shop, signal }: Scene, { cause }: Fault, since: number): Promise<Noticed> {
  const find = (): Noticed | undefined => {
    const own = listIncidents(shop.incidents).filter(({ triggers }) =>
      triggers.some((trigger) => isSensor(trigger, since)),
    );
    for (const incident of own) {
      const diagnosis = diagnosisOf(incident);
      if (diagnosis?.root_cause === cause) return { ...incident, diagnosis, at: Date.now() };
    }
    return undefined;
  };
  return until(find, {
    patience: UNTIL_NOTICED,
    otherwise: `the catalog has noticed nothing of ${cause}: see ${shop.incidents}`,
    signal,
  });
}

/** An incident whose diagnosis is the right one, and when that was there. */
interface Noticed extends ListedIncident {
  readonly diagnosis: Diagnosis;
  readonly at: number;
}

function isSensor({ kind, at }: RecordedTrigger, since: number): boolean {
  return kind.startsWith("sensor: ") && at >= since;
}

/** `undefined` while there is none, or while it is being written. */
function diagnosisOf({ dir }: ListedIncident): Diagnosis | undefined {
  try {
    return readEvidence(dir).diagnosis;
  } catch {
    return undefined;
  }
}

/** Holds where the evidence is whole. */
async function recorded({ dir, trigger }: Noticed, signal: AbortSignal): Promise<StepTaken> {
  const files = await until(() => filesOf(dir), {
    patience: UNTIL_WHOLE,
    otherwise: "the files of the bundle are not as its manifest says",
    signal,
  });
  const detail = `noticed by ${trigger.kind}; ${files} files of evidence, each with its hash`;
  return { step: "recorded", at: Date.now(), detail };
}

function named({ diagnosis, at }: Noticed, since: number): StepTaken {
  const { root_cause, verdict, summary } = diagnosis;
  const seconds = ((at - since) / 1_000).toFixed(1);
  return {
    step: "diagnosed",
    at,
    detail: `${root_cause} (${verdict}), ${seconds} s after the first bad request: ${summary}`,
  };
}

/** How many files there are; `undefined` while they are being renewed. */
function filesOf(dir: string): number | undefined {
  try {
    return checkFiles(dir, WANTED);
  } catch {
    return undefined;
  }
}

/** Throws the flag; holds where what customers send is well again, while the bad requests go on. */
async function mended({ shop, signal }: Scene, { flag, isReplaced, isWell }: Fault, field: Field): Promise<StepTaken> {
  await sop(["flags", "set", flag, "false", "--file", shop.config], signal);
  if (isReplaced) await shop.catalog.replace();
  let inARow = 0;
  const ask = async (): Promise<true | undefined> => {
    inARow = (await isWell(field)) ? inARow + 1 : 0;
    return inARow >= WELL_IN_A_ROW || undefined;
  };
  await until(ask, { patience: UNTIL_WELL, otherwise: "the fallback does not mend it", signal });
  const how = isReplaced ? "and the catalog replaced" : "the catalog stays as it is";
  return {
    step: "mitigated",
    at: Date.now(),
    detail: `${flag} is false, ${how}; ${inARow} of ${inARow} requests are well while the bad ones go on`,
  };
}

/** Holds where no customer who does not need the catalog was harmed. */
function unharmed({ traffic }: Scene, since: number): StepTaken {
  const meanwhile = traffic.outcomes.filter(({ sentAt }) => sentAt >= since);
  const others = meanwhile.filter(({ kind }) => kind === "account");
  const harmed = others.filter(hasFailed);
  check(others.length > 0, "no customer asked for an account meanwhile");
  check(harmed.length === 0, `${harmed.length} customers who do not need the catalog were harmed`);
  const failed = meanwhile.filter(hasFailed).length;
  return {
    step: "contained",
    at: Date.now(),
    detail: `of ${others.length} who do not need the catalog none was harmed; of all ${meanwhile.length} requests ${failed} failed`,
  };
}

/**
 * Sends the same requests to a catalog that has nothing to do with the shop. Holds where it has an incident of the same class, and another
 * one, with the flag as it is now, is well.
 */
async function again({ shop, signal }: Scene, fault: Fault): Promise<StepTaken> {
  const { flag, cause } = fault;
  await using broken = await shop.spare({ [flag]: true });
  const before = Date.now();
  const field = fieldOf(broken.service, shop.carrier);
  const attack = new AbortController();
  await during(USUAL, signal, (end) => fault.usual(field, end));
  const requests = fault.setOff(field, AbortSignal.any([signal, attack.signal]));
  try {
    const isSame = (incident: ListedIncident): boolean => diagnosisOf(incident)?.root_cause === cause;
    await until(() => listIncidents(broken.incidents).find(isSame), {
      patience: UNTIL_NOTICED,
      otherwise: `a catalog of its own has no incident of ${cause}`,
      signal,
    });
  } finally {
    attack.abort();
    await requests;
  }
  const after = ((Date.now() - before) / 1_000).toFixed(1);
  await using whole = await shop.spare({ [flag]: false });
  const isWell = await fault.isWell(fieldOf(whole.service, shop.carrier));
  check(isWell, "with the flag it is not well either");
  return {
    step: "reproduced",
    at: Date.now(),
    detail: `a fresh catalog has ${cause} too, after ${after} s; with ${flag} off it is well`,
  };
}

/** Lets something go on for a while. */
async function during(ms: number, signal: AbortSignal, act: (end: AbortSignal) => Promise<void>): Promise<void> {
  const end = new AbortController();
  const acting = act(AbortSignal.any([signal, end.signal]));
  await setTimeout(ms, undefined, { signal }).finally(() => end.abort());
  await acting;
}
