import { CommandError } from "../command-error.js";
import { EXIT } from "../terminal.js";
import { printable } from "../text/printable.js";

/** What a plane says of a request that it refuses. */
export interface PlaneProblem {
  readonly title?: string;
  readonly detail?: string;
  readonly code?: string;
}

/** A plane that did not answer, or refused. */
export class PlaneError extends CommandError {
  /** What it answered with; `undefined` where there was no answer. */
  readonly status: number | undefined;

  constructor(message: string, { status, exit, code }: { status?: number; exit: number; code?: string | undefined }) {
    super(exit, message, code);
    this.status = status;
  }
}

/** A plane that was not reached. */
export function unreachable(message: string): PlaneError {
  return new PlaneError(message, { exit: EXIT.unreachable });
}

const TOKEN_HELP =
  "give its token with --token-file or SOP_ADMIN_TOKEN, or run where its admin.json is (SOP_DIR, --dir)";
const CERTIFICATE_HELP = "--cert and --key name the certificate to show it";

/** A plane that answered, and refused. */
export function refused(
  name: string,
  {
    status,
    retryAfter,
    problem,
  }: { status: number; retryAfter: string | undefined; problem: PlaneProblem | undefined },
): PlaneError {
  // Whatever else listens there has other words for what it does not know.
  if (problem === undefined) return unreachable(`${name} is no admin plane: it answers ${status} without saying why`);
  const { title, detail, code } = problem;
  const said = [title, detail].filter((part) => part !== undefined && part !== "").join(": ") || `status ${status}`;
  const what = /certificate/.test(said) ? CERTIFICATE_HELP : TOKEN_HELP;
  const help = { 401: `; ${what}`, 429: `; ${again(retryAfter)}` }[status] ?? "";
  return new PlaneError(`${name}: ${printable(said).replace(/[.;]$/, "")}${help}`, { status, exit: EXIT.found, code });
}

/** `Retry-After` is a number of seconds, or a date. */
function again(retryAfter: string | undefined): string {
  const seconds = Number(retryAfter);
  if (retryAfter === undefined || retryAfter === "") return "try again later";
  if (Number.isFinite(seconds)) return `try again in ${Math.max(1, Math.ceil(seconds))} s`;
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? "try again later" : `try again at ${new Date(at).toISOString()}`;
}
