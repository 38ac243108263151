import { ErrorCode, type ResolutionDetails } from "@openfeature/server-sdk";
import type { ConfigSnapshot, FlagDefinition, FlagMetadata, FlagValue } from "@sop/core";
import type { Asking } from "./asked.js";

/** The flags of a provider. */
export interface FlagsRead {
  readonly flags: ConfigSnapshot["flags"];
  /** What could not be read, and keeps its last value. */
  readonly problems: readonly string[];
}

/** What a provider says of a flag. */
type Reading =
  | { readonly kind: "set"; readonly flag: FlagValue | FlagDefinition }
  | { readonly kind: "unset" }
  | { readonly kind: "failed"; readonly problem: string };

/** Asks for a flag twice, with different defaults: where the answers differ, they are the defaults. */
type Ask = (ask: Asking, flag: string) => readonly [first: Answer, second: () => Answer];
type Answer = Promise<ResolutionDetails<unknown>>;

const KINDS: readonly Ask[] = [
  ({ boolean }, flag) => [boolean(flag, false), () => boolean(flag, true)],
  ({ string }, flag) => [string(flag, ""), () => string(flag, "-")],
  ({ number }, flag) => [number(flag, 0), () => number(flag, 1)],
  ({ object }, flag) => [object(flag, {}), () => object(flag, { "": "" })],
];

/** Reads flags of which only the names are known. */
export class FlagReader {
  readonly #ask: Asking;
  /** As which kind a flag was asked for with success. */
  readonly #known = new Map<string, Ask>();

  constructor(ask: Asking) {
    this.#ask = ask;
  }

  /** Reads flags; one that cannot be read is as it was `before`. */
  async readAll(names: readonly string[], before: ConfigSnapshot["flags"]): Promise<FlagsRead> {
    const readings = await Promise.all(names.map(async (name) => [name, await this.#read(name)] as const));
    const flags: [string, FlagValue | FlagDefinition][] = [];
    const problems: string[] = [];
    for (const [name, reading] of readings) {
      const flag = reading.kind === "set" ? reading.flag : reading.kind === "failed" ? before[name] : undefined;
      if (flag !== undefined) flags.push([name, flag]);
      if (reading.kind === "failed") problems.push(reading.problem);
    }
    return { flags: Object.fromEntries(flags), problems };
  }

  async #read(flag: string): Promise<Reading> {
    const known = this.#known.get(flag);
    let told = "the provider has it as none of boolean, string, number and object";
    for (const kind of known ? [known, ...KINDS] : KINDS) {
      const [first, second] = kind(this.#ask, flag);
      const answer = await first;
      if (answer.errorCode === ErrorCode.TYPE_MISMATCH) continue;
      if (answer.errorCode === ErrorCode.FLAG_NOT_FOUND) return { kind: "unset" };
      if (answer.errorCode !== undefined) {
        told = answer.errorMessage ?? answer.errorCode;
        break;
      }
      this.#known.set(flag, kind);
      try {
        return (await isDefault(answer, second)) ? { kind: "unset" } : { kind: "set", flag: flagOf(answer) };
      } catch {
        told = "its value is no JSON";
        break;
      }
    }
    return { kind: "failed", problem: `${flag}: ${told}` };
  }
}

/** Whether an answer is only the default that was asked with. */
async function isDefault(
  { value, variant, reason }: ResolutionDetails<unknown>,
  again: () => Answer,
): Promise<boolean> {
  if (reason === "DISABLED" || value === null || value === undefined) return true;
  if (variant !== undefined) return false;
  return JSON.stringify((await again()).value) !== JSON.stringify(value);
}

/** The answer with its variant and metadata, where it has any. An object with `variants` would be taken for a definition. */
function flagOf({ value, variant, flagMetadata }: ResolutionDetails<unknown>): FlagValue | FlagDefinition {
  // A copy: what the provider changes in place would be no other value.
  const flag: FlagValue = JSON.parse(JSON.stringify(value));
  if (variant === undefined && !Object.hasOwn(Object(flag), "variants")) return flag;
  const name = variant ?? "value";
  const metadata: FlagMetadata = { ...flagMetadata };
  return { variants: { [name]: flag }, defaultVariant: name, metadata };
}
