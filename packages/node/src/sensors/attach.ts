import type { Incident, Sop } from "@sop/core";
import { type BlackBox, makeBlackBox } from "../blackbox/memory.js";
import { SampleRing } from "../blackbox/sample-ring.js";
import { contribute } from "../forensics/contributions.js";
import { followDelay } from "../metrics/runtime/event-loop.js";
import { MainSampler } from "./main/main-sampler.js";
import { missingOutside } from "./missing-outside.js";
import { readSensorOptions, type SensorOptions } from "./options.js";
import { SampleLog } from "./sample-log.js";

/**
 * Reads what the process tells of itself, five times a second, and gives it to each incident of `sop`: the samples for the diagnosis, and
 * `bundle/sensors.json`. `watched`: the memory of the watchdog, which adds what can only be seen from outside of the main thread and keeps the
 * samples; without one the main thread keeps its own. Returns a function that stops it. Throws `SOP_ERR_OPTION` for options that are wrong.
 */
export function sensors(sop: Sop, options?: SensorOptions, watched?: BlackBox): () => void {
  const { interval, window } = readSensorOptions(options);
  const box = watched ?? makeBlackBox();
  const ring = new SampleRing(box);
  const main = new MainSampler(sop, box, interval, watched ? undefined : ring);
  const log = new SampleLog(ring, window, interval);
  let takenFor: Incident | undefined;
  const undo = [
    followDelay((q) => main.loop.delay(q)),
    sop.observe({ name: "sensors: log", incidentClosed: () => log.clear() }),
    contribute(sop, {
      name: "sensors",
      files(incident) {
        log.refresh();
        takenFor = incident;
        queueMicrotask(() => {
          takenFor = undefined;
        });
        return [{ name: "sensors.json", kind: "sensors", data: log.file() }];
      },
      window(incident) {
        // A diagnosis that is written beside the file, in the same turn, is of the same samples.
        if (takenFor !== incident) log.refresh();
        const { samples } = log;
        const missing = [...main.missing(), ...missingOutside(samples)];
        return { samples, warnings: main.warnings.byName(Date.now() - window), missing };
      },
    }),
  ];
  return () => {
    for (const stop of undo) stop();
    main.stop();
  };
}
