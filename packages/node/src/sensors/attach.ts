import type { Sop } from "@sop/core";
import { type BlackBox, makeBlackBox } from "../blackbox/memory.js";
import { SampleRing } from "../blackbox/sample-ring.js";
import { contribute } from "../forensics/contributions.js";
import { followDelay } from "../metrics/runtime/event-loop.js";
import { MainSampler } from "./main/main-sampler.js";
import { readSensorOptions, type SensorOptions } from "./options.js";
import { sensorsFile } from "./sensors-file.js";

/** Who samples from outside of the main thread, into memory of its own. */
export interface Outside {
  readonly box: BlackBox;
  /** Which figures it cannot have, and why. */
  missing(): readonly string[];
}

/**
 * Reads what the process tells of itself, five times a second, and gives it to each incident of `sop`: the samples for the diagnosis, and
 * `bundle/sensors.json`. `outside`: the watchdog, which adds what can only be seen from outside of the main thread and keeps the samples;
 * without one the main thread keeps its own. Returns a function that stops it. Throws `SOP_ERR_OPTION` for options that are wrong.
 */
export function sensors(sop: Sop, options?: SensorOptions, outside?: Outside): () => void {
  const { interval, window } = readSensorOptions(options);
  const box = outside?.box ?? makeBlackBox();
  const ring = new SampleRing(box);
  const main = new MainSampler(sop, box, interval, outside ? undefined : ring);
  const from = (): number => Date.now() - window;
  const missing = (): string[] => [
    ...main.missing(),
    ...(outside?.missing() ?? ["figures from outside of the main thread: no watchdog"]),
  ];
  const undo = [
    followDelay((q) => main.loop.delay(q)),
    contribute(sop, {
      name: "sensors",
      window: () => ({
        samples: ring.read(from()),
        warnings: main.warnings.byName(from()),
        missing: missing(),
      }),
      files: () => [{ name: "sensors.json", kind: "sensors", data: sensorsFile(ring.read(from()), interval) }],
    }),
  ];
  return () => {
    for (const stop of undo) stop();
    main.stop();
  };
}
