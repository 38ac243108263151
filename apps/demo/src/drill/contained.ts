import { truncatedUpload } from "../traffic/requests.ts";
import { hasFailed, type Outcome } from "../traffic/traffic.ts";
import type { Scene } from "./scene.ts";
import { check, type StepTaken } from "./step.ts";
import { until } from "./until.ts";

const PATIENCE = 15_000;

/**
 * Sends the upload that crashes the catalog. Holds where its sender gets a 503 that tells nothing, the catalog ends only then and is
 * back, and no other request failed meanwhile.
 */
export async function contained({ shop, traffic, signal }: Scene, requestId: string): Promise<StepTaken> {
  const before = shop.catalog.pid;
  const answer = await traffic.send(truncatedUpload(requestId));
  const problem = problemOf(answer.body);
  check(answer.status === 503, `the upload that crashes got ${answer.status ?? "no answer"}, not 503`);
  check(problem["code"] === "SOP_PANIC", `the 503 has code ${problem["code"]}, not SOP_PANIC`);
  check(Object.keys(problem).join() === "type,title,status,code,requestId", `the 503 tells too much: ${answer.body}`);

  const [end] = await until(() => (shop.catalog.ends.length > 0 ? shop.catalog.ends : undefined), {
    patience: PATIENCE,
    otherwise: "the catalog did not crash: is the package with the failure installed?",
    signal,
  });
  check(end?.code === 1, `the catalog ended with code ${end?.code}, not 1`);
  const answered = (outcome: Outcome): boolean => outcome.kind === "items" && outcome.sentAt > (end?.at ?? 0);
  const back = await until(() => traffic.outcomes.find(answered), {
    patience: PATIENCE,
    otherwise: "the catalog did not come back",
    signal,
  });
  check(shop.catalog.pid !== before, "the catalog was not started again");
  const meanwhile = traffic.outcomes.filter(
    ({ endedAt, sentAt }) => endedAt >= answer.sentAt && sentAt <= back.endedAt,
  );
  const failed = meanwhile.filter(hasFailed);
  check(failed.length === 0, `${failed.length} other requests failed, the first was ${JSON.stringify(failed[0])}`);
  const waited = meanwhile.filter(({ attempts }) => attempts > 1);
  const longest = Math.max(0, ...waited.map(({ sentAt, endedAt }) => endedAt - sentAt));
  return {
    step: "contained",
    at: answer.endedAt,
    detail:
      `its sender got 503 SOP_PANIC; of ${meanwhile.length} others none failed` +
      (waited.length > 0 ? `, ${waited.length} waited up to ${(longest / 1_000).toFixed(1)} s for the restart` : ""),
  };
}

function problemOf(body: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}
