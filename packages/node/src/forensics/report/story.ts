import {
  type Diagnosis,
  type RecordedWindow,
  SAMPLE_FIELDS,
  type Sample,
  type SampleFieldName,
  type Evidence as Seen,
} from "@sop/core";
import type { LeftOut } from "../bundle.js";
import type { IncidentRecord } from "../incident-file.js";
import { formatFigure, formatLimit, sourceOf } from "./figures.js";

/** What a report is made of. */
export interface ReportParts {
  readonly incident: IncidentRecord;
  readonly diagnosis: Diagnosis;
  /** What the diagnosis looked at; `undefined` where that cannot be read any more. */
  readonly window: RecordedWindow | undefined;
  readonly files: readonly string[];
  readonly missing: readonly LeftOut[];
}

/** A figure of the evidence, and where it can be looked up. */
export interface Line {
  /** What all lines together say that follow each other and have the same of it; empty where a line says all itself. */
  readonly sees: string;
  readonly seen: string;
  readonly figure: string;
  readonly limit: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The part of the report that shows it. */
  readonly anchor: Anchor;
  /** The figure of samples that it is computed from, and those of them that it is from: places in `window.samples`. */
  readonly samples: { readonly name: SampleFieldName; readonly first: number; readonly last: number } | undefined;
}

/** Parts of a report that figures lead to. */
export type Anchor =
  | "triggers"
  | "waiting"
  | "topology"
  | "races"
  | "stack"
  | "allocations"
  | "death"
  | `sample-${number}`;

/** A figure of samples over the whole window, drawn because the evidence is from it. */
export interface Series {
  readonly name: SampleFieldName;
  readonly about: string;
  /** Of all lines that are from it: milliseconds since 1970. */
  readonly since: number;
  readonly until: number;
}

const MOST_SERIES = 4;

/** The evidence as lines, each with what it is from. */
export function linesOf({ diagnosis, window, incident }: ReportParts): Line[] {
  const samples = window?.samples ?? [];
  return diagnosis.evidence_trace.map((seen) => lineOf({ ...seen, where: shortened(seen.where, incident) }, samples));
}

/** Paths as people say them: from the package, or from where the process was started. */
export function shortened(text: string, { process: { cwd } }: Pick<IncidentRecord, "process">): string {
  const fromPackage = text.replace(/(?:file:\/\/)?\/[^\s()]*\/node_modules\//g, "node_modules/");
  return cwd.length > 1 ? fromPackage.replaceAll(`file://${cwd}/`, "").replaceAll(`${cwd}/`, "") : fromPackage;
}

/** The evidence by what it says; each part has at least one line. */
export function groupsOf(parts: ReportParts): { readonly sees: string; readonly lines: readonly Line[] }[] {
  const groups: { sees: string; lines: Line[] }[] = [];
  for (const line of linesOf(parts)) {
    const last = groups.at(-1);
    if (last && last.sees === line.sees) last.lines.push(line);
    else groups.push({ sees: line.sees, lines: [line] });
  }
  return groups;
}

function lineOf(evidence: Seen, samples: readonly Sample[]): Line {
  const { seen, where, at, figure, limit, feature, since, until } = evidence;
  if (feature === undefined) {
    return {
      sees: "",
      seen: `${seen}, ${where}`,
      figure: "",
      limit: "",
      at,
      anchor: anchorOf(seen),
      samples: undefined,
    };
  }
  const name = sourceOf(feature);
  const found = name === undefined ? undefined : between(samples, name, since ?? at, until ?? at);
  const [sees = "", ...about] = seen.split(": ");
  return {
    sees: about.length > 0 ? sees : "",
    seen: about.length > 0 ? about.join(": ") : seen,
    figure: formatFigure(feature, figure),
    limit: formatLimit(feature, limit),
    at,
    anchor: found ? `sample-${found.last}` : anchorOf(feature),
    samples: found,
  };
}

/** Which of the samples have that figure in that time. */
function between(samples: readonly Sample[], name: SampleFieldName, since: number, until: number): Line["samples"] {
  const has = ({ at, [name]: value }: Sample): boolean => value !== undefined && at >= since && at <= until;
  const first = samples.findIndex(has);
  let last = samples.length - 1;
  while (last > first && !has(samples[last] as Sample)) last--;
  return first < 0 ? undefined : { name, first, last };
}

function anchorOf(what: string): Anchor {
  if (/^lock_|^pool_oldest|ring/.test(what)) return "waiting";
  if (/^race|overlap|lost_update|time_of_check/.test(what)) return "races";
  if (/^stack|blocked/.test(what)) return "stack";
  if (/site|allocat/.test(what)) return "allocations";
  if (/^died/.test(what)) return "death";
  return /^pool_|^in_|^out_/.test(what) ? "topology" : "triggers";
}

/** The figures that are drawn: those that the evidence is from, the first ones first, and those that change before others. */
export function seriesOf(parts: ReportParts): Series[] {
  const found = new Map<SampleFieldName, Series>();
  for (const { samples } of linesOf(parts)) {
    const all = parts.window?.samples ?? [];
    if (samples === undefined) continue;
    const { name } = samples;
    const since = all[samples.first]?.at ?? 0;
    const until = all[samples.last]?.at ?? 0;
    const known = found.get(name) ?? { name, about: SAMPLE_FIELDS[name].about, since, until };
    found.set(name, { ...known, since: Math.min(known.since, since), until: Math.max(known.until, until) });
  }
  const isFlat = ({ name }: Series): boolean =>
    new Set(parts.window?.samples?.map(({ [name]: value }) => value)).size < 2;
  // One that is the same all the time is told by its number as well.
  return [...found.values()].sort((a, b) => Number(isFlat(a)) - Number(isFlat(b))).slice(0, MOST_SERIES);
}

/** Facts beside the sentence: what, and its value. */
export function factsOf({ incident, diagnosis }: ReportParts): [name: string, value: string][] {
  const { service, trigger, triggerCount, openedAt, closedAt } = incident;
  const { root_cause, verdict, package: guilty, route } = diagnosis;
  const by = [trigger.kind, trigger.method, trigger.route].filter((part) => part !== undefined).join(" ");
  const lasted = closedAt === undefined ? "still open" : `closed after ${formatFigure("ms", closedAt - openedAt)}`;
  const facts: [string, string | undefined][] = [
    ["root cause", `${root_cause} (${verdict})`],
    ["set off by", diagnosis.trigger],
    ["service", service],
    ["opened", `${new Date(openedAt).toISOString()}, ${lasted}`],
    ["noticed by", triggerCount > 1 ? `${by}, ${triggerCount} times` : by],
    ["package", guilty && `${guilty.name}@${guilty.version ?? "?"}`],
    ["required by", guilty?.requiredBy && `${guilty.requiredBy.name}@${guilty.requiredBy.version ?? "?"}`],
    ["route", route],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
}
