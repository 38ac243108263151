// A service that opens an incident, and leaves so many milliseconds later, while its processor is being profiled.
import { createSop } from "@sop/node";

const sop = createSop({ service: "leaving", logLevel: "silent", config: false, admin: false, sensors: false });
const atWork = setInterval(() => {
  for (let i = 0; i < 1_000; i++) JSON.stringify({ i });
}, 1);
sop.openIncident("manual");
setTimeout(() => {
  clearInterval(atWork);
  process.exit(7);
}, Number(process.argv[2]));
