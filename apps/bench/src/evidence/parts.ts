import { OptionError } from "@sop/core";
import { createSop, type NodeOptions } from "@sop/node";

/** The parts of Node's that collect evidence, in the order in which the table adds them; those that this build has not are left out. */
const PARTS = ["sensors", "watchdog", "flight", "profiles"] as const;

/** What a service runs with: `bare` has no Sop at all, `none` one without evidence. */
export interface Setup {
  readonly name: string;
  readonly title: string;
  readonly on: readonly string[] | undefined;
}

/** Options without any part but those that are `on`. */
export function optionsOf(on: readonly string[]): NodeOptions {
  const off = knownParts().filter((part) => !on.includes(part));
  return {
    service: "bench",
    logLevel: "silent",
    config: false,
    troubleshoot: false,
    admin: false,
    forensics: false,
    drain: false,
    ...Object.fromEntries(off.map((part) => [part, false])),
  };
}

/** The setups to compare, each with one part more than the one before. */
export function setups(): Setup[] {
  const has = (part: string): boolean => knownParts().includes(part);
  const sensors = ["sensors", "watchdog"].filter(has);
  const flight = [...sensors, "flight"].filter(has);
  const all = [...flight, "profiles"].filter(has);
  return [
    { name: "bare", title: "the bare server", on: undefined },
    { name: "none", title: "SOP, no evidence", on: [] },
    { name: "sensors", title: `+ ${sensors.join(" and ")}`, on: sensors },
    ...(has("flight") ? [{ name: "flight", title: "+ flight recorder", on: flight }] : []),
    ...(has("profiles") ? [{ name: "profiles", title: "+ sampling heap profile", on: all }] : []),
  ];
}

let known: readonly string[] | undefined;

function knownParts(): readonly string[] {
  known ??= PARTS.filter(isKnown);
  return known;
}

function isKnown(part: string): boolean {
  try {
    // Wrong on purpose: a part that is there says what it wants instead.
    createSop({ service: "bench", config: false, [part]: 1 } as NodeOptions).dispose();
    return true;
  } catch (error) {
    return (
      error instanceof OptionError &&
      !error.problems.some(({ path, allowed }) => path === part && allowed.startsWith("no such"))
    );
  }
}
