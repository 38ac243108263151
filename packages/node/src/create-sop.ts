import {
  createSop as createCore,
  jsonLogger,
  type Logger,
  OPTION_NAMES,
  OptionCheck,
  OptionError,
  type OptionProblem,
  openTelemetry,
  type Sop,
  type SopOptions,
} from "@sop/core";
import { type AdminOptions, isTurnedOff, readAdminOptions } from "./admin/options.js";
import { Plane } from "./admin/plane.js";
import { startPlane } from "./admin/planes.js";
import { type AlertOptions, readAlertOptions } from "./alertmanager/alert-options.js";
import { pushAlerts } from "./alertmanager/attach.js";
import { ConfigProblem } from "./config/config-file.js";
import {
  checkNames,
  configPath,
  merge,
  optionsOf,
  placed,
  readIfUsable,
  troubleshootPath,
} from "./config/file-options.js";
import { checkDistinct, readSources } from "./config/sources.js";
import { followTroubleshoot } from "./config/troubleshoot.js";
import { trackAll } from "./contention/auto.js";
import { type NodeSop, withTracking } from "./contention/node-sop.js";
import { drain } from "./drain/attach.js";
import { checkNodeDrain, coreDrain, type NodeDrain } from "./drain/options.js";
import { flight } from "./flight/attach.js";
import { flightDirectory } from "./flight/box-place.js";
import { isLogger, tapLogger } from "./flight/log-tap.js";
import { type FlightOptions, readFlightOptions } from "./flight/options.js";
import { searchForDead } from "./flight/search.js";
import { forensics } from "./forensics/attach.js";
import { maskText } from "./forensics/mask.js";
import { type ForensicsOptions, readForensicsOptions } from "./forensics/options.js";
import { pastCrashes } from "./forensics/past-crashes.js";
import { type NodeOutgoingOptions, partsOf, readWatchOptions } from "./http/options.js";
import { watchOutgoing } from "./http/watch.js";
import { lineWriter } from "./log/line-writer.js";
import { profiles } from "./profiles/attach.js";
import { type ProfilesOptions, readProfilesOptions } from "./profiles/options.js";
import { isAttached, stepAside } from "./register/attached.js";
import { onLoad } from "./register/hooks.js";
import { sensors as attachSensors } from "./sensors/attach.js";
import { areSensorsOff, readSensorOptions, type SensorOptions } from "./sensors/options.js";
import { fileSource } from "./sources/file.js";
import { startWatchdog } from "./watchdog/attach.js";
import { readWatchdogOptions, type WatchdogOptions } from "./watchdog/options.js";

/** Options of `createSop`: those of the core, and those of Node's parts, each of which is on unless it is `false`. */
export interface NodeOptions extends Omit<SopOptions, "drain" | "outgoing"> {
  /**
   * Path of `sop.yaml`: options, and flags that are live while the process runs, and `sources`. Default: the environment's `SOP_CONFIG`, else
   * `./sop.yaml` where there is one. `false`: none is read.
   */
  readonly config?: string | false | undefined;
  /**
   * Path of `troubleshoot.yaml`: faults to be injected, live while the process runs, in place of `faults.injectors`. Default: the
   * environment's `SOP_TROUBLESHOOT`, else `./troubleshoot.yaml` where there is one. `false`: none is read.
   */
  readonly troubleshoot?: string | false | undefined;
  /**
   * The admin plane: a listener of its own, at `127.0.0.1:9320`, which is asked what the service does. Default: on, unless the
   * environment has `SOP_ADMIN=off`. `false`: there is none.
   */
  readonly admin?: AdminOptions | false | undefined;
  /**
   * What the process tells of itself, sampled five times a second for each incident. Default: on, unless the environment has
   * `SOP_SENSORS=off`. `false`: there are none.
   */
  readonly sensors?: SensorOptions | false | undefined;
  /**
   * What happens, recorded in memory that outlives the process: the last minutes of requests, calls, failures, changes and warnings. Default: on,
   * unless the environment has `SOP_SENSORS=off`. `false`: it is not.
   */
  readonly flight?: FlightOptions | false | undefined;
  /** How incidents are recorded. Default: below `.sop/incidents`, without bodies. `false`: they are not. */
  readonly forensics?: ForensicsOptions | false | undefined;
  /** Profiles of heap and processor: what is sampled, and what is taken of an incident. Default: the heap is. `false`: none are. */
  readonly profiles?: ProfilesOptions | false | undefined;
  /**
   * How the process leaves: its times, of which `wait` is `500ms` by default (at most a quarter of `limit`), and whether `signals`
   * start it. `false`: no signal is taken, connections are left alone, and a drain refuses what is new.
   */
  readonly drain?: NodeDrain | false | undefined;
  /** Where alerts are sent to. Off unless an Alertmanager is named, here or by the environment's `SOP_ALERTMANAGER_URL`. `false`: off. */
  readonly alerts?: AlertOptions | false | undefined;
  /**
   * The thread that watches the main one from outside, and opens incidents for signals that are not normal. Default: on where `sensors`
   * are. `false`: there is none.
   */
  readonly watchdog?: WatchdogOptions | false | undefined;
  /** How other services are called, and how the calls of all clients are watched. `false`: they are not watched. */
  readonly outgoing?: NodeOutgoingOptions | false | undefined;
}

/**
 * Makes the fault response of a Node service: the core's, with `sop.yaml`, forensics and a drain that loses nothing. Options in code win over the environment,
 * that over the file, and that over the defaults. Throws `SOP_ERR_OPTION` that names every problem, those of the file with its line.
 * A file that cannot be read or parsed is one warning, and in use as soon as it can be.
 */
export function createSop(options?: NodeOptions): NodeSop {
  const isTakingOver = isAttached();
  stepAside();
  const sop = createWith({}, options);
  if (isTakingOver) attach(sop, trackAll(sop, onLoad));
  return withTracking(sop);
}

/**
 * The same, with defaults that the file, the environment and the code are above; `write` takes the lines of the default logger.
 */
export function createWith(defaults: NodeOptions, options?: NodeOptions, write?: (line: string) => void): Sop {
  const problems: OptionProblem[] = [];
  const { config, troubleshoot, ...code } = Object(options) as NodeOptions;
  collect(problems, () => checkOwn(options));
  const path = typeof config === "string" || config === false ? configPath(config) : configPath();
  const read = path === undefined ? undefined : readIfUsable(path);
  const file = read instanceof ConfigProblem ? undefined : read;
  if (file) collect(problems, () => checkNames(file));
  const merged: NodeOptions = merge(merge({ ...defaults }, file ? optionsOf(file, process.env) : {}), code);
  const {
    admin: plane = isTurnedOff(process.env) ? false : {},
    forensics: recording,
    sensors = areSensorsOff(process.env) ? false : {},
    flight: recorder = areSensorsOff(process.env) ? false : {},
    profiles: profiling,
    drain: leaving,
    outgoing,
    alerts,
    watchdog: watchful = {},
    sources = [],
    ...rest
  } = merged;
  const { calling, watching } = partsOf(outgoing);
  const recorded = recording === false ? undefined : collect(problems, () => readForensicsOptions(recording));
  if (sensors !== false) collect(problems, () => readSensorOptions(sensors));
  if (recorder !== false) collect(problems, () => readFlightOptions(recorder));
  const pushed = alerts === false ? undefined : collect(problems, () => readAlertOptions(alerts, recorded?.dir));
  if (profiling !== false) collect(problems, () => readProfilesOptions(profiling));
  if (watching !== false) collect(problems, () => readWatchOptions(watching));
  const outside = watchful === false ? undefined : collect(problems, () => readWatchdogOptions(watchful));
  const administered =
    plane === false ? undefined : collect(problems, () => readAdminOptions(plane, process.env, recorded?.dir));
  const signals = leaving === false ? undefined : collect(problems, () => checkNodeDrain(leaving));
  const faultsPath =
    typeof troubleshoot === "string" || troubleshoot === false ? troubleshootPath(troubleshoot) : troubleshootPath();
  const logger = rest.logger === undefined || write ? defaultLogger(rest, write) : rest.logger;
  // One that is no logger is the core's to reject.
  const log = recorder !== false && isLogger(logger) ? tapLogger(logger) : undefined;
  const parts = {
    ...(leaving !== false && { drain: coreDrain(leaving) }),
    ...(calling && { outgoing: calling }),
    ...(faultsPath !== undefined && rest.faults === undefined && { faults: {} }),
    ports: portsOf(rest, recorded?.dir),
    logger: log?.logger ?? logger,
  };
  const watched = path === undefined ? [] : [fileSource(path)];
  const named = collect(problems, () => readSources(file?.content["sources"])) ?? [];
  const all = Array.isArray(sources) ? [...watched, ...named, ...sources] : sources;
  if (Array.isArray(all)) collect(problems, () => checkDistinct(all));
  const sop = collect(problems, () => createCore({ ...rest, ...parts, sources: all }));
  if (sop && problems.length === 0) {
    const dog = sensors !== false && outside ? startWatchdog(sop, outside, recorded) : undefined;
    if (dog) attach(sop, () => dog.end());
    if (sensors !== false) attach(sop, attachSensors(sop, sensors, dog?.box));
    if (recorder !== false)
      attach(sop, flight(sop, recorder, { log, box: dog?.box, reports: recorded && flightDirectory(recorded.dir) }));
    if (recorder !== false && recorded) attach(sop, searchForDead(sop, recorded));
    if (recording !== false) attach(sop, forensics(sop, recording));
    if (profiling !== false) attach(sop, profiles(sop, profiling, recorded?.dir));
    if (watching !== false) attach(sop, watchOutgoing(sop, watching));
    if (faultsPath !== undefined) attach(sop, followTroubleshoot(sop, faultsPath));
    if (pushed) attach(sop, pushAlerts(sop, pushed));
    if (signals) attach(sop, drain(sop, signals));
    if (administered) {
      const registry = plane === false ? undefined : plane.registry;
      const started = startPlane(sop, new Plane(sop, administered, { registry, incidents: recorded?.dir }));
      attach(sop, () => started.close());
    }
    return sop;
  }
  sop?.dispose();
  if (read instanceof ConfigProblem) {
    problems.push({ path: "config", value: JSON.stringify(path), allowed: `a usable file, not ${read.message}` });
  }
  throw new OptionError(file ? problems.map((problem) => placed(problem, file, code)) : problems);
}

function checkOwn(options: NodeOptions | undefined): void {
  const own = ["config", "troubleshoot", "admin", "forensics", "sensors", "flight", "profiles", "alerts", "watchdog"];
  const check = new OptionCheck(options, "", [...OPTION_NAMES, ...own]);
  for (const file of ["config", "troubleshoot"] as const) {
    if (options?.[file] !== undefined && options[file] !== false) check.text(file, undefined);
  }
  check.done();
  const switches = ["SOP_ADMIN", "SOP_SENSORS"];
  const set = Object.fromEntries(switches.map((name) => [name, process.env[name] || undefined]));
  const environment = new OptionCheck(set, "", switches);
  for (const name of switches) environment.oneOf(name, ["on", "off"], "on");
  environment.done();
}

/** Runs `fn`; wrong options are kept in `problems`, each once, so that all are reported together. */
function collect<T>(problems: OptionProblem[], fn: () => T): T | undefined {
  try {
    return fn();
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    problems.push(...error.problems.filter(({ path }) => !problems.some((known) => known.path === path)));
    return undefined;
  }
}

/** The ports that were given; and the messages of errors for traces, masked; and the crashes that were recorded in `dir`, for rules about them. */
function portsOf({ ports, service }: SopOptions, dir: string | undefined): NonNullable<SopOptions["ports"]> {
  const isWrong = ports !== undefined && !(ports instanceof Object);
  if (isWrong) return ports;
  return {
    tracer: { ...openTelemetry, message: maskText },
    ...(dir !== undefined && { crashes: pastCrashes(dir, service ?? process.env["SOP_SERVICE"] ?? "") }),
    ...ports,
  };
}

/** The core's own default, whose lines go to standard output unless there is another `write`. */
function defaultLogger(
  { service, logLevel, ports }: SopOptions,
  write: (line: string) => void = lineWriter(process.stdout),
): Logger {
  const { SOP_SERVICE, SOP_LOG_LEVEL } = process.env;
  const level = logLevel ?? LOG_LEVELS.find((known) => known === SOP_LOG_LEVEL);
  return jsonLogger(service ?? SOP_SERVICE ?? "", level, () => ports?.clock?.now() ?? Date.now(), write);
}

const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

/** Lets go of a part together with the Sop. */
function attach(sop: Sop, detach: () => void): void {
  const { dispose } = sop;
  sop.dispose = () => {
    // The open incident is closed first, and that is written too.
    dispose();
    detach();
  };
}
