import { type Considered, classify } from "./classify.js";
import { type Culprit, culpritOf } from "./culprit.js";
import type { Diagnosis, Evidence } from "./diagnosis.js";
import { isCrash } from "./features/failures.js";
import { FEATURES } from "./features/features.js";
import { lockGraph } from "./lock-graph.js";
import { missingOf } from "./missing.js";
import { summaryOf } from "./summary.js";
import type { CheckResult } from "./taxonomy/cause-class.js";
import { topologyOf } from "./topology.js";
import { triggerOf } from "./trigger.js";
import { usable } from "./window/usable.js";
import type { RecordedWindow } from "./window/window.js";

/**
 * Turns a recorded window into a diagnosis. Pure and deterministic: the same window gives the same answer, years later too. `none` where
 * nothing is wrong, `unknown` where code failed, or the process ended, and no class explains it.
 */
export function diagnose(recorded: RecordedWindow): Diagnosis {
  const window = usable(recorded);
  const classified = classify(window);
  const { found, others, considered, readings } = classified;
  const culprit = culpritOf(window, found?.cause.name);
  // A process that ended did not end for nothing.
  const isHarmed = window.panics.length > 0 || window.death !== undefined;
  const cause = found?.cause.name ?? (isHarmed ? "unknown" : "none");
  return {
    schema: "sop.diagnosis/1",
    root_cause: cause,
    verdict: found && found.verdict !== "ruled out" ? found.verdict : "unknown",
    trigger: triggerOf(window, cause),
    summary: summaryOf(window, classified, culprit),
    package: culprit.package,
    route: culprit.route,
    evidence_trace: evidenceOf(window, found, culprit),
    ruled_out: considered
      .filter((other) => other !== found && !others.includes(other))
      .map((other) => ({ class: other.cause.name, evidence: refutationOf(other) })),
    missing: missingOf(window, classified),
    mitigation_suggestion: suggestions(found, culprit),
    features: Object.fromEntries([...readings].map(([name, { value }]) => [name, rounded(value)])),
    lock_graph: lockGraph(window.locks, window.pools) ?? null,
    topology: topologyOf(window) ?? null,
  };
}

function evidenceOf(window: RecordedWindow, found: Considered | undefined, { seen, where }: Culprit): Evidence[] {
  const crash = window.panics.find(isCrash) ?? window.panics[0];
  const said: Evidence[] =
    crash || seen === undefined ? [] : [{ seen, where, at: window.troubleAt ?? 0, figure: 1, limit: "any" }];
  if (crash) said.push({ seen: `${crash.origin}: ${crash.type}`, where, at: crash.at, figure: 1, limit: "any" });
  const ways = found?.ways.filter(({ holds }) => holds) ?? [];
  const known = new Set<string>(["uncaught_count", "unhandled_count"]);
  for (const { way, checks } of ways) {
    for (const result of checks) {
      if (known.has(result.check.figure)) continue;
      known.add(result.check.figure);
      said.push(evidence(way.sees, result));
    }
  }
  return said;
}

function evidence(sees: string, { check, limit, reading }: CheckResult): Evidence {
  const { value = 0, since, until } = reading ?? {};
  const { figure, is } = check;
  return {
    seen: `${sees}: ${FEATURES[figure].about}`,
    where: figure,
    at: until ?? 0,
    figure: rounded(value),
    limit: `${is} ${rounded(limit)}`,
    feature: figure,
    since,
    until,
  };
}

/** Why a class is not the cause: what refutes it, else the first figure that it lacks in the way that comes nearest. */
function refutationOf({ ways, refutes }: Considered): string {
  const refuted = refutes.find(({ holds }) => holds);
  const isSupported = ways.some(({ holds }) => holds);
  if (refuted && isSupported) return `${refuted.way.sees}: ${figuresOf(refuted.checks)}`;
  const shares = ways.map(({ checks }) => checks.filter(({ holds }) => holds).length / checks.length);
  const nearest = ways[shares.indexOf(Math.max(...shares))];
  const lacking = nearest?.checks.find(({ holds }) => !holds);
  if (!lacking) return "nothing speaks for it";
  const { check, limit, reading } = lacking;
  if (!reading) return `${check.figure} was not recorded`;
  return `${check.figure} is ${rounded(reading.value)}, not ${check.is} ${rounded(limit)}`;
}

function figuresOf(checks: readonly CheckResult[]): string {
  return checks.map(({ check, reading }) => `${check.figure} ${rounded(reading?.value ?? 0)}`).join(", ");
}

function suggestions(
  found: Considered | undefined,
  { package: guilty, route }: Culprit,
): Diagnosis["mitigation_suggestion"] {
  const said: { text: string; command: string | undefined }[] = [];
  if (route !== undefined) said.push({ text: `Switch ${route} to its fallback.`, command: undefined });
  if (guilty) {
    const { name } = guilty.requiredBy ?? guilty;
    said.push({ text: `Look for a fixed ${name}.`, command: `npm view ${name} versions` });
  }
  for (const { text, command } of found?.cause.mitigations ?? []) said.push({ text, command });
  return said;
}

/** Four digits say enough, and a figure of bytes is a whole number. */
function rounded(value: number): number {
  if (Number.isInteger(value) || Math.abs(value) >= 1_000) return Math.round(value);
  return Number(value.toPrecision(4));
}
