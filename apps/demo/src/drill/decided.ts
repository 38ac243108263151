import type { FlagExplanation } from "@sop/core";
import { FLAG } from "../fleet/flag-source.ts";
import type { Scene } from "./scene.ts";
import { until } from "./until.ts";

const HAS_FLAG = ["decides", "overruled"];

/** Waits until `layer` decides the catalog's flag as `value`, and the flag's source has the flag, be it that one or one below it. */
export async function decided({ shop, signal }: Scene, layer: string, value: boolean): Promise<void> {
  const ask = async (): Promise<true | undefined> => {
    const answer = await fetch(`${shop.catalog.url}/flags/${FLAG}`, { signal });
    const told: FlagExplanation = JSON.parse(await answer.text());
    const fromSource = told.layers.find((one) => one.layer === shop.source)?.outcome ?? "absent";
    return (told.layer === layer && told.value === value && HAS_FLAG.includes(fromSource)) || undefined;
  };
  const otherwise = `${FLAG} is not ${value} by the layer ${layer}, with ${shop.source} having the flag`;
  await until(ask, { patience: 5_000, otherwise, signal });
}
