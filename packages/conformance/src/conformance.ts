import { afterAll, afterEach, describe, it } from "vitest";
import type { Bench, Case } from "./case.js";
import { badInputCases } from "./cases/bad-input-cases.js";
import { breakerCases } from "./cases/breaker-cases.js";
import { concurrencyCases } from "./cases/concurrency-cases.js";
import { drainCases } from "./cases/drain-cases.js";
import { faultCases } from "./cases/fault-cases.js";
import { lifecycleCases } from "./cases/lifecycle-cases.js";
import { losslessDrainCases } from "./cases/lossless-drain-cases.js";
import { overloadCases } from "./cases/overload-cases.js";
import { panicCases } from "./cases/panic-cases.js";
import { wireCases } from "./cases/wire-cases.js";
import { Fixture, type FixtureSource } from "./fixture/fixture.js";
import type { Deviation } from "./panics.js";

/** All audits, in the order in which they run. */
export const CASES: readonly Case[] = [
  ...lifecycleCases,
  ...panicCases,
  ...wireCases,
  ...badInputCases,
  ...drainCases,
  ...losslessDrainCases,
  ...breakerCases,
  ...overloadCases,
  ...faultCases,
  ...concurrencyCases,
];

/** What is audited. */
export interface Subject extends FixtureSource {
  /** Stands before each audit's name: `express 5`. */
  readonly name: string;
  /** Lines of the panic table that the framework allows only otherwise, by their ID, each with its reason. */
  readonly deviations?: Readonly<Record<string, Deviation>>;
  /** Audits that cannot apply, by their ID, each with its reason. They are reported as skipped. */
  readonly optOut?: Readonly<Record<string, string>>;
}

/** The time an audit may take in milliseconds; only ten thousand connections on a slow machine come near it. */
const PATIENCE = 60_000;

/**
 * Registers all audits of a server as tests of vitest, each over real sockets against a process of its own.
 * Throws for an opt-out or a deviation without a known ID or a reason.
 */
export function conformance({ name, server, env, deviations = {}, optOut = {} }: Subject): void {
  checkIds(
    optOut,
    CASES.map(({ id }) => id),
    (reason) => reason,
  );
  checkIds(
    deviations,
    panicCases.map(({ id }) => id),
    ({ why }) => why,
  );

  describe(name, () => {
    const source = { server, env };
    const own: Fixture[] = [];
    let shared: Promise<Fixture> | undefined;
    const bench: Bench = {
      deviations,
      shared: () => {
        shared ??= Fixture.start(source);
        return shared;
      },
      fresh: async (options, nodeOptions) => {
        const fixture = await Fixture.start(source, options, nodeOptions);
        own.push(fixture);
        return fixture;
      },
      lossless: async (options) => {
        const fixture = await Fixture.start({ server, env: { ...env, SOP_FIXTURE_LOSSLESS: "1" } }, options);
        own.push(fixture);
        return fixture;
      },
    };
    afterEach(async () => {
      await Promise.all(own.splice(0).map((fixture) => fixture.stop()));
    });
    afterAll(async () => {
      await (await shared)?.stop();
    });

    for (const { id, title, run } of CASES) {
      const reason = optOut[id];
      const why = deviations[id]?.why;
      const told = [`${id} ${title}`, reason ?? why].filter(Boolean).join(" -- ");
      it.skipIf(reason !== undefined)(told, { timeout: PATIENCE }, () => run(bench));
    }
  });
}

function checkIds<T>(given: Readonly<Record<string, T>>, known: readonly string[], why: (entry: T) => string): void {
  for (const [id, entry] of Object.entries(given)) {
    if (!known.includes(id)) throw new Error(`no audit is called ${id}; there are ${known.join(", ")}`);
    if (why(entry).trim() === "") throw new Error(`${id}: say why`);
  }
}
