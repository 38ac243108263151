import type { Sop } from "@sop/core";
import { type BlackBox, makeBlackBox } from "../blackbox/memory.js";
import { SampleRing } from "../blackbox/sample-ring.js";
import { contribute } from "../forensics/contributions.js";
import { followDelay } from "../metrics/runtime/event-loop.js";
import { MainSampler } from "./main/main-sampler.js";
import { missingOutside } from "./missing-outside.js";
import { readSensorOptions, type SensorOptions } from "./options.js";
import { sensorsFile } from "./sensors-file.js";

/**
 * Reads what the process tells of itself, five times a second, and gives it to each incident of `sop`: the samples for the diagnosis, and
 * `bundle/sensors.json`. `watched`: the memory of a watchdog, which adds what can only be seen from outside of the main thread and keeps the
 * samples; without one the main thread keeps its own. Returns a function that stops it. Throws `SOP_ERR_OPTION` for options that are wrong.
 */
export function sensors(sop: Sop, options?: SensorOptions, watched?: BlackBox): () => void {
  const { interval, window } = readSensorOptions(options);
  const box = watched ?? makeBlackBox();
  const ring = new SampleRing(box);
  const main = new MainSampler(sop, box, interval, watched ? undefined : ring);
  const from = (): number => Date.now() - window;
  const undo = [
    followDelay((q) => main.loop.delay(q)),
    contribute(sop, {
      name: "sensors",
      window: () => {
        const samples = ring.read(from());
        const missing = [...main.missing(), ...missingOutside(samples)];
        return { samples, warnings: main.warnings.byName(from()), missing };
      },
      files: () => [{ name: "sensors.json", kind: "sensors", data: sensorsFile(ring.read(from()), interval) }],
    }),
  ];
  return () => {
    for (const stop of undo) stop();
    main.stop();
  };
}
