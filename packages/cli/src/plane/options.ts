import { type Duration, OptionError, parseDuration } from "@sop/core";
import { type Command, Option } from "commander";

/** Where a plane is, and how it is talked to: what {@link addPlaneOptions} adds to a command. */
export interface PlaneOptions {
  /** `host:port`, or a URL without a path. */
  readonly addr?: string | undefined;
  /** Where `admin.json` is. Default: the environment's `SOP_DIR`, else `.sop/incidents`. */
  readonly dir?: string | undefined;
  /** A file with the token. Default: the environment's `SOP_ADMIN_TOKEN`, else the one in `admin.json`. */
  readonly tokenFile?: string | undefined;
  /** A file with the certificates (PEM) of the authority that the plane's certificate is of. */
  readonly ca?: string | undefined;
  /** A file with the client's certificate (PEM). */
  readonly cert?: string | undefined;
  /** A file with its key (PEM). */
  readonly key?: string | undefined;
  /** How long an answer may take, 100 ms to 10 min. Default `5s`. */
  readonly timeout?: Duration | undefined;
}

/** Adds the options that say which plane is meant: the same for every command that talks to one. */
export function addPlaneOptions(command: Command): Command {
  return command
    .option(
      "--addr <host:port>",
      "the admin plane, or its URL (default: what SOP_DIR/admin.json says, else 127.0.0.1:9320)",
    )
    .option("--dir <path>", "where admin.json is (default: SOP_DIR, else .sop/incidents)")
    .option("--token-file <path>", "a file with the token (default: SOP_ADMIN_TOKEN, else the token in admin.json)")
    .option("--ca <path>", "the authority that the plane's certificate is of, PEM")
    .option("--cert <path>", "the certificate to show the plane, PEM")
    .option("--key <path>", "the key of that certificate, PEM")
    .option("--timeout <duration>", "how long an answer may take", "5s")
    .addOption(new Option("--token <token>").hideHelp().argParser(refuseToken));
}

/** The milliseconds of a duration that was given. Throws `SOP_ERR_OPTION` for one that is none, or out of range. */
export function readDuration(path: string, given: unknown, min: number, max: number): number {
  const ms = parseDuration(given);
  if (ms !== undefined && ms >= min && ms <= max) return ms;
  throw new OptionError([
    {
      path,
      value: JSON.stringify(given),
      allowed: `a duration of ${min} ms to ${max / 1_000} s, such as 500ms, 2s or 1m`,
    },
  ]);
}

/** What is on a command line is seen by everyone who lists processes, and stays in the shell's history. */
function refuseToken(): never {
  throw new OptionError([
    {
      path: "--token",
      value: "a token on the command line",
      allowed:
        "--token-file <path>, or SOP_ADMIN_TOKEN: whoever lists the processes can read a command line, so take a new token now",
    },
  ]);
}
