import { alerts } from "./alerts.js";
import { allocations } from "./allocations.js";
import { breakers } from "./breakers.js";
import { type Endpoint, read } from "./endpoint.js";
import { events } from "./events.js";
import { faults } from "./faults.js";
import { flags } from "./flags.js";
import { heapSnapshot } from "./heap-snapshot.js";
import { incidents } from "./incidents.js";
import { inspector } from "./inspector.js";
import { latency } from "./latency.js";
import { open } from "./open.js";
import { openApi } from "./open-api.js";
import { overview } from "./overview.js";
import { profiles } from "./profiles.js";
import { requests } from "./requests.js";
import { anything } from "./schemas.js";

/** Of the interface, not of the package: rises when a line of it is changed. */
const VERSION = "1.0.0";

const description = read({
  id: "getOpenApi",
  method: "GET",
  path: "/openapi.json",
  summary: "This document.",
  role: "viewer",
  reads: [],
  answers: { 200: { about: "An OpenAPI 3.1 document.", schema: anything } },
  answer: () => ({ status: 200, json: openApi(endpoints, VERSION) }),
});

/** Every operation of the plane. */
export const endpoints: readonly Endpoint[] = [
  ...open,
  ...overview,
  ...requests,
  ...breakers,
  ...flags,
  ...faults,
  ...incidents,
  ...latency,
  ...profiles,
  ...inspector,
  ...allocations,
  ...heapSnapshot,
  ...alerts,
  ...events,
  description,
];
