import type { Look, Structure } from "./look.js";
import { trendOf } from "./trend.js";

/** Something that holds more and more. */
export interface Keeper {
  readonly kind: Structure["kind"] | "timers" | "sockets" | "buffers";
  /** `a Map of SchemaEnv, 120 to 3,480 entries`. */
  readonly words: string;
  readonly from: number;
  readonly to: number;
  readonly perRequest: number | undefined;
}

const LEAST = 50;
const MIB = 2 ** 20;

/** What holds more at the last look than at the first that has structures, by how much more. */
export function keepersOf(looks: readonly Look[]): readonly Keeper[] {
  const [before, after] = [looks.find(({ structures }) => structures), looks.at(-1)];
  const requests = (after?.memory.requests ?? 0) - (before?.memory.requests ?? 0);
  const keeper = (
    kind: Keeper["kind"],
    words: (from: string, to: string) => string,
    from: number,
    to: number,
  ): Keeper => ({
    kind,
    words: words(number(from), number(to)),
    from,
    to,
    perRequest: requests > 0 ? (to - from) / requests : undefined,
  });
  const structures = (after?.structures ?? []).flatMap((one) => {
    const from = before?.structures?.find((other) => isSame(one, other))?.size ?? 0;
    if (one.size - from < LEAST || one.size < from * 1.2) return [];
    return [keeper(one.kind, (least, most) => wordsOf(one, least, most), from, one.size)];
  });
  return [...structures, ...resources(looks, keeper), ...buffers(looks, keeper)].sort((a, b) => rank(b) - rank(a));
}

type Make = (kind: Keeper["kind"], words: (from: string, to: string) => string, from: number, to: number) => Keeper;

function resources(looks: readonly Look[], keeper: Make): Keeper[] {
  const known = [
    ["Timeout", "timers", "timers that are not over"],
    ["TCPSocketWrap", "sockets", "open sockets"],
  ] as const;
  return known.flatMap(([name, kind, words]) => {
    const values = looks.map(({ memory }) => memory.resources[name] ?? 0);
    const { isSteady, grown } = trendOf(values, looks);
    if (!isSteady || grown < LEAST) return [];
    return [keeper(kind, (from, to) => `${words}, ${from} to ${to}`, values[1] ?? 0, values.at(-1) ?? 0)];
  });
}

function buffers(looks: readonly Look[], keeper: Make): Keeper[] {
  const values = looks.map(({ memory }) => memory.external);
  const { isSteady, grown } = trendOf(values, looks);
  if (!isSteady || grown < MIB) return [];
  const words = (): string => `buffers outside of the heap, ${mebibytes(values[1])} to ${mebibytes(values.at(-1))}`;
  return [keeper("buffers", words, values[1] ?? 0, values.at(-1) ?? 0)];
}

/** Bodies that nobody reads are what is to be mended, whatever list they are in; bytes are no count to compare with. */
function rank({ kind, from, to }: Keeper): number {
  if (kind === "unread") return Number.MAX_SAFE_INTEGER;
  return kind === "buffers" ? 1 : to - from;
}

function isSame(a: Structure, b: Structure): boolean {
  return (
    a.kind === b.kind && (a.id === 0 ? a.name === b.name : a.id === b.id && (a.kind !== "listeners" || a.of === b.of))
  );
}

function wordsOf({ kind, name, of }: Structure, from: string, to: string): string {
  switch (kind) {
    case "listeners":
      return `listeners of "${of}" on one ${name}, ${from} to ${to}`;
    case "unread":
      return `response bodies that nobody reads (${name}), ${from} to ${to}`;
    case "array":
      return `a list of ${of}, ${from} to ${to} entries`;
    default:
      return `a ${name} of ${of}, ${from} to ${to} entries`;
  }
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}

function mebibytes(bytes = 0): string {
  return `${(bytes / MIB).toFixed(0)} MiB`;
}
