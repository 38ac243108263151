import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Recorded, readRecorded } from "./recorded.js";
import { BODY_FILE, renderTest, textOf } from "./render-test.js";

/** A reproduction on disk. */
export interface Repro {
  /** `repro/` in the incident's directory, absolute. */
  readonly dir: string;
  /** The test file, absolute. */
  readonly test: string;
}

// What was recorded tells about people: it is for the service's own user.
const MODE = 0o600;

/**
 * Writes `repro/` into an incident's directory: a vitest file that starts the service, sends the recorded request and fails for as
 * long as the service fails by it; the flags of that moment; and how to run it. Written whole or not at all; an older one is replaced.
 * Throws `SOP_ERR_OPTION` where `incidentDir` is no incident, `SOP_ERR_LAB` that names what was not recorded.
 */
export function writeRepro(incidentDir: string): Repro {
  const incident = resolve(incidentDir);
  const recorded = readRecorded(incident);
  const dir = join(incident, "repro");
  const temporary = join(incident, `.repro.${process.pid}.tmp`);
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { mode: 0o700 });
  try {
    for (const [name, data] of filesOf(recorded, dir)) writeFileSync(join(temporary, name), data, { mode: MODE });
    rmSync(dir, { recursive: true, force: true });
    renameSync(temporary, dir);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return { dir, test: join(dir, "repro.test.ts") };
}

function filesOf(recorded: Recorded, dir: string): [name: string, data: string | Buffer][] {
  const { request, flags } = recorded;
  return [
    ["repro.test.ts", renderTest(recorded, dir)],
    // JSON is YAML too.
    ["sop.yaml", `# The flags that were in force.\nflags: ${JSON.stringify(flags, undefined, 2)}\n`],
    ["README.md", readme(recorded)],
    ...(textOf(request.body) === undefined ? [[BODY_FILE, request.body] as [string, Buffer]] : []),
  ];
}

function readme({ incident, summary }: Recorded): string {
  return `# Reproduction of ${incident.id}

${summary.replace(/\s+/g, " ")}

    sop repro .. --run                        # it fails for as long as that is so
    sop repro .. --run --alias package=other  # the same with another package in the place of one

or \`npx vitest run\` here, in a project that has \`@sop/lab\` and \`vitest\`. Copy this directory into the project's tests to keep it.
`;
}
