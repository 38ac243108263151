import type { RecordedWindow } from "@sop/core";
import type { Signal } from "./watch.js";

export function detect(_window: RecordedWindow): readonly Signal[] {
  return [];
}
