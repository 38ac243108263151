import type { PlaneEvent } from "../../plane/answers.js";
import { printable } from "../../text/printable.js";
import { clock, count } from "../../text/units.js";
import type { View } from "./answer.js";

const TYPE_WIDTH = 9;

type Data = PlaneEvent["data"];

const BAD = ["panic", "crash", "omitted"];
const GOOD_STATES = ["closed", "READY", "together", "resolved"];

/** An event on one line: when, what kind, and what happened. */
export function eventLine({ at, type, data }: PlaneEvent, { paint }: View): string {
  const said = printable(sentence(type, data));
  return `${paint.dim(clock(at, { fine: true }))}  ${colourOf(type, data, paint)(printable(type).padEnd(TYPE_WIDTH))}  ${said}`;
}

function colourOf(type: string, data: Data, paint: View["paint"]): (text: string) => string {
  if (BAD.includes(type)) return paint.red;
  const state = data["to"] ?? data["state"];
  return GOOD_STATES.includes(String(state)) ? paint.green : paint.yellow;
}

function sentence(type: string, data: Data): string {
  const { name, breaker, from, to, flag, rule, id, reason, total, by } = data;
  switch (type) {
    case "panic":
    case "crash":
      return `${name}: ${data["type"]}: ${data["message"]}${part(" at ", data["where"])}${part(" on ", data["route"])}`;
    case "breaker":
      return `${breaker}: ${data["previous"]} → ${data["state"]}, by ${data["cause"]}`;
    case "flag":
      return `${flag}: ${json(data["previous"])} → ${json(data["value"])}, by ${data["source"]}`;
    case "source":
      return `${data["source"]} is ${data["state"]}${part(": ", data["problem"])}`;
    case "rule":
      return `${rule}: ${from} → ${to}${data["dryRun"] === true ? " (dry run)" : ""}`;
    case "incident":
      return `${id} ${incidentText(data)}`;
    case "drain":
      return data["state"] === "drained" ? `drained, ${data["left"]} left` : `draining: ${reason}`;
    case "refused":
    case "deadline":
    case "injected":
      return `${count(Number(total), "request")}${byText(by)}`;
    case "audit":
      return auditText(data);
    case "omitted":
      return `${data["count"]} more of ${data["type"]} in this second`;
    default:
      return rest(data);
  }
}

function incidentText({ state, step, detail, outcome, trigger, triggerCount }: Data): string {
  if (step !== undefined) return `${step}${outcome === "failed" ? " (failed)" : ""}: ${detail}`;
  if (state === "open") return `was opened by ${trigger}`;
  return `is closed, ${count(Number(triggerCount), "trigger")}`;
}

function auditText({ outcome, operation, target, status, reason, identity, address, count: number }: Data): string {
  const what = [operation, ...Object.values(Object(target))].join(" ");
  return `${identity} at ${address}: ${what} ${outcome}, ${status}${part(" ", reason)}${part(", times ", number)}`;
}

function byText(by: unknown): string {
  if (!Array.isArray(by)) return "";
  return `: ${by.map(({ by: label, count: number }) => `${label} ${number}`).join(", ")}`;
}

/** Of a kind that this version does not know, all there is. */
function rest(data: Data): string {
  return Object.entries(data)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : json(value)}`)
    .join(" ");
}

function part(before: string, value: unknown): string {
  return value === undefined || value === null ? "" : `${before}${value}`;
}

function json(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
