import { breakers } from "./breakers.js";
import type { Endpoint } from "./endpoint.js";
import { events } from "./events.js";
import { faults } from "./faults.js";
import { flags } from "./flags.js";
import { health } from "./health.js";
import { incidents } from "./incidents.js";
import { overview } from "./overview.js";
import { requests } from "./requests.js";

/** Every operation of the plane. */
export const endpoints: readonly Endpoint[] = [
  ...health,
  ...overview,
  ...requests,
  ...breakers,
  ...flags,
  ...faults,
  ...incidents,
  ...events,
];
