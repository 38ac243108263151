import { type Duration, OptionCheck } from "@sop/core";

/** Options of `sensors`. */
export interface SensorOptions {
  /** Time between two samples. 50 ms to 5 s, default `200ms`. */
  readonly interval?: Duration | undefined;
  /** How far back the samples of an incident go. 10 s to 1 h, default `5m`; at most 1,500 samples are kept. */
  readonly window?: Duration | undefined;
}

/** The options with their defaults; durations in milliseconds. */
export interface SensorSettings {
  readonly interval: number;
  readonly window: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the environment turns the sensors off. */
export function areSensorsOff(env: Environment): boolean {
  return env["SOP_SENSORS"] === "off";
}

/** Checks the options and fills in defaults. Throws `SOP_ERR_OPTION` that names every problem. */
export function readSensorOptions(options?: SensorOptions): SensorSettings {
  const check = new OptionCheck(options, "sensors", ["interval", "window"]);
  const settings = {
    interval: check.duration("interval", 200, 50, 5_000),
    window: check.duration("window", 300_000, 10_000, 3_600_000),
  };
  check.done();
  return settings;
}
