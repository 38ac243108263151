import { type ExplainedCheck, type ExplainedSamples, type ExplainedWay, type Explanation, explain } from "@sop/core";
import { salvage } from "@sop/node/forensics";
import type { Opened } from "../open-incident.js";
import { EXIT, print, type Terminal, widthFor } from "../terminal.js";
import { printable } from "../text/printable.js";
import { type Column, table } from "../text/table.js";
import { tellUnusable } from "./diagnose.js";

const SIGNS = { "at least": ">=", below: "<" } as const;
const COLUMNS: readonly Column[] = [
  { head: "" },
  { head: "figure" },
  { head: "value", align: "right" },
  { head: "limit" },
  { head: "samples" },
  { head: "it says", least: 20 },
];

/** Shows each step from the recorded samples of an incident to the sentence of its diagnosis. Finds something: 1. */
export async function explainIncident(
  { dir, unusable }: Opened,
  json: boolean | undefined,
  terminal: Terminal,
): Promise<number> {
  const { window, unusable: damaged } = await salvage(dir);
  const explanation = explain(window);
  tellUnusable([...unusable, ...damaged], terminal);
  print(terminal, json, explanation, explanationText(explanation, widthFor(terminal.out)));
  return explanation.root_cause === "none" ? EXIT.fine : EXIT.found;
}

/** An explanation for people. */
export function explanationText(explanation: Explanation, width: number): string {
  const { summary, root_cause, verdict, samples, normal, present, classes, missing } = explanation;
  return [
    printable(summary),
    "",
    ...table(
      [{}, {}],
      [
        ["root cause", `${root_cause} (${verdict})`],
        ["samples", spanOf(samples)],
        ["normal", spanOf(normal)],
        ["trouble", spanOf(present)],
        ...(missing.length > 0 ? [["not recorded", missing.join(", ")]] : []),
      ],
      width,
    ),
    ...classes.flatMap(({ class: name, about, verdict: found, supports, refutes, needs }) => [
      "",
      `${name}: ${found}`,
      `  ${about}`,
      ...supports.flatMap((way) => wayText(way.isProof ? "is proof" : "supports it", way, width)),
      ...refutes.flatMap((way) => wayText("refutes it", way, width)),
      `  would prove it: ${needs}`,
    ]),
  ].join("\n");
}

function wayText(what: string, { sees, holds, checks }: ExplainedWay, width: number): string[] {
  const rows = checks.map((check) => [
    check.holds ? "yes" : "no",
    check.figure,
    check.value === undefined ? "not recorded" : short(check.value),
    limitText(check),
    check.samples ? `${check.samples.first}-${check.samples.last}` : "",
    check.about,
  ]);
  const lines = table(COLUMNS, rows, Math.max(40, width - 4));
  return [`  ${holds ? "+" : "-"} ${what}: ${sees}`, ...lines.map((line) => `    ${line}`.trimEnd())];
}

function limitText({ is, limit, seed, times }: ExplainedCheck): string {
  const sign = `${SIGNS[is]} ${short(limit)}`;
  return times && limit !== seed ? `${sign} (${short(times.by)} x ${times.figure})` : sign;
}

function spanOf(part: ExplainedSamples | undefined): string {
  if (!part) return "none";
  const { first, last, since, until } = part;
  return `${first}-${last}, ${timeOf(since)} to ${timeOf(until)}`;
}

function timeOf(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "?" : date.toISOString().slice(11, 23);
}

function short(value: number): string {
  return Number.isInteger(value) || Math.abs(value) >= 1_000
    ? String(Math.round(value))
    : String(Number(value.toPrecision(4)));
}
