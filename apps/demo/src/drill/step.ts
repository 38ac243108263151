import type { IncidentStepName } from "@sop/core";

/** A step of the loop whose check held. */
export interface StepTaken {
  readonly step: IncidentStepName;
  /** When it was there, seen from outside; milliseconds since 1970. */
  readonly at: number;
  /** One sentence for people. */
  readonly detail: string;
}

/** A check that did not hold. */
export class CheckFailed extends Error {
  override readonly name = "CheckFailed";
}

/** Throws what did not hold. */
export function check(held: boolean, otherwise: string): void {
  if (!held) throw new CheckFailed(otherwise);
}
