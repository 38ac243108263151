import { readFileSync } from "node:fs";
import { json, maskData, maskText } from "/work/wt/bundle/packages/node/src/forensics/mask.ts";

const lines = readFileSync("/tmp/demo-race/incidents/catalog/20261125T103937Z-a8b45e/bundle/flight.ndjson", "utf8")
  .trim()
  .split("\n")
  .map((l) => JSON.parse(l));
console.log(lines.length, lines[5]);
for (let k = 0; k < 4; k++) {
  const t = performance.now();
  for (const l of lines) JSON.stringify(maskData(l));
  console.log("flight", (performance.now() - t).toFixed(1), "ms");
}
const report = JSON.parse(
  readFileSync("/tmp/demo-race/incidents/catalog/20261125T103937Z-a8b45e/bundle/report.json", "utf8"),
);
for (let k = 0; k < 3; k++) {
  const t = performance.now();
  json(report);
  console.log("report", (performance.now() - t).toFixed(1), "ms");
}
