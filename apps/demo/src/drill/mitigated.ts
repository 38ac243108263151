import { type ListedIncident, readIncident } from "@sop/node/forensics";
import { truncatedUpload } from "../traffic/requests.ts";
import { decided } from "./decided.ts";
import type { Scene } from "./scene.ts";
import { check, type StepTaken } from "./step.ts";
import { until } from "./until.ts";

const ENOUGH = 20;

/**
 * Only watches: the catalog's rule on crashes switches the route to its fallback when the catalog is started again. Holds where the rule
 * says so in the incident, customers' uploads get the fallback's answer, one after the other, and the upload that crashed the catalog
 * is one of them now, while the flag's source goes on having the flag, below the rule.
 */
export async function mitigated(scene: Scene, incident: ListedIncident, requestId: string): Promise<StepTaken> {
  const { shop, traffic, signal } = scene;
  const { pid, ends } = shop.catalog;
  const crashed = ends[0]?.at ?? Number.POSITIVE_INFINITY;
  const uploads = await until(
    () => {
      const since = traffic.outcomes.filter(({ kind, sentAt }) => kind === "picture" && sentAt > crashed);
      const first = since.findIndex(({ status, stored }) => status === 202 && stored === "upload");
      const got = first < 0 ? [] : since.slice(first);
      return got.length >= ENOUGH ? got : undefined;
    },
    { patience: 20_000, otherwise: "the uploads do not get the fallback", signal },
  );
  const others = uploads.filter(({ status, stored }) => status !== 202 || stored !== "upload");
  check(others.length === 0, `an upload after the switch got ${others[0]?.status}, not the fallback`);
  const act = readIncident(incident.dir).timeline.find(({ step }) => step === "mitigated");
  check(act?.detail.startsWith("the rule ") === true, "no rule says that it threw the flag");

  await decided(scene, "rules", false);

  const again = await traffic.send(truncatedUpload(requestId));
  check(again.status === 202, `the upload that crashed got ${again.status ?? "no answer"}, not the fallback's 202`);
  check(shop.catalog.pid === pid, "the catalog crashed again");
  const after = (((uploads[0]?.endedAt ?? 0) - crashed) / 1_000).toFixed(1);
  return {
    step: "mitigated",
    at: Date.now(),
    detail: `${act?.detail}, over true from ${shop.source}; ${uploads.length} uploads got the fallback, the first ${after} s after the crash; so did the one that crashed`,
  };
}
