// Adds up the runners' own reports. Plain JavaScript, because the host's Node may be too old for TypeScript.
import { existsSync, readdirSync, readFileSync } from "node:fs";

const expected = ["reports/gates.json", "reports/vitest.json", "reports/infra.json"];
const written = existsSync("reports") ? readdirSync("reports").filter((name) => name.endsWith(".json")) : [];
const files = new Set([...expected, ...written.map((name) => `reports/${name}`)]);

const sum = { passed: 0, failed: 0, skipped: 0 };
for (const file of files) {
  const report = read(file);
  if (report === undefined) {
    console.log(`${file}: missing or not a report, counted as one failure`);
    sum.failed += 1;
    continue;
  }
  // A file that does not load has no tests of its own, and is a failure all the same.
  const unloaded = report.testResults.filter(
    (suite) => suite.status === "failed" && suite.assertionResults.length === 0,
  );
  const failed = report.numFailedTests + unloaded.length;
  sum.passed += report.numPassedTests;
  sum.failed += report.success || failed > 0 ? failed : 1;
  sum.skipped += report.numPendingTests + report.numTodoTests;
}

const commands = process.argv.slice(2).map(Number);
if (sum.failed === 0 && commands.some((status) => status !== 0)) {
  console.log(`A command failed outside of its tests: exit status ${commands.join(" and ")}, counted as one failure`);
  sum.failed += 1;
}
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1;

function read(file) {
  try {
    const report = JSON.parse(readFileSync(file, "utf8"));
    return typeof report.numPassedTests === "number" ? report : undefined;
  } catch {
    return undefined;
  }
}
