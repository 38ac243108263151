export { sensors } from "./sensors/attach.js";
export type { SensorOptions } from "./sensors/options.js";
export type { SensorsFile } from "./sensors/sensors-file.js";
export { countWaiters, type Waiters } from "./sensors/waiters.js";
