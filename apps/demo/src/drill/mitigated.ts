import { renameSync, writeFileSync } from "node:fs";
import { truncatedUpload } from "../traffic/requests.ts";
import type { Scene } from "./scene.ts";
import { check, type StepTaken } from "./step.ts";
import { until } from "./until.ts";

const ENOUGH = 20;

/**
 * Switches the route to its fallback in the file that the catalog watches. Holds where customers' uploads get the fallback's answer,
 * one after the other, and the upload that crashed the catalog is one of them now.
 */
export async function mitigated({ shop, traffic, signal }: Scene, requestId: string): Promise<StepTaken> {
  const { pid } = shop.catalog;
  writeFileSync(`${shop.config}.new`, "service: catalog\nflags:\n  pictures.parse: false\n");
  renameSync(`${shop.config}.new`, shop.config);
  const switched = Date.now();
  const uploads = await until(
    () => {
      const since = traffic.outcomes.filter(({ kind, sentAt }) => kind === "picture" && sentAt > switched);
      const first = since.findIndex(({ status, stored }) => status === 202 && stored === "upload");
      const got = first < 0 ? [] : since.slice(first);
      return got.length >= ENOUGH ? got : undefined;
    },
    { patience: 20_000, otherwise: "the uploads do not get the fallback", signal },
  );
  const others = uploads.filter(({ status, stored }) => status !== 202 || stored !== "upload");
  check(others.length === 0, `an upload after the switch got ${others[0]?.status}, not the fallback`);

  const again = await traffic.send(truncatedUpload(requestId));
  check(again.status === 202, `the upload that crashed got ${again.status ?? "no answer"}, not the fallback's 202`);
  check(shop.catalog.pid === pid, "the catalog crashed again");
  const after = (((uploads[0]?.endedAt ?? 0) - switched) / 1_000).toFixed(1);
  return {
    step: "mitigated",
    at: Date.now(),
    detail: `${uploads.length} uploads got the fallback, the first ${after} s after the switch; so did the one that crashed`,
  };
}
