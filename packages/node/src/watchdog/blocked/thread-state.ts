import { readFileSync } from "node:fs";

/** A thread of the process as the kernel sees it; times in milliseconds since its start. What cannot be read is not there. */
export interface ThreadReading {
  /** Milliseconds of a clock that never steps. */
  readonly at: number;
  /** The kernel's letter: `R` runs or is ready to, `S` sleeps, `D` waits for a disk, `T` is stopped. */
  readonly state: string | undefined;
  /** The kernel's function that it sleeps in: `hrtimer_nanosleep`, `do_wait`. */
  readonly waitsIn: string | undefined;
  /** Processor time of the thread. */
  readonly ran: number | undefined;
  /** For how long it was ready and got no processor. */
  readonly queued: number | undefined;
  /** Processor time of the whole process. */
  readonly all: number | undefined;
}

const TICK = 10;

/** Reads the main thread of process `pid`. */
export function readMainThread(pid: number, now: number, proc = "/proc"): ThreadReading {
  const task = `${proc}/${pid}/task/${pid}`;
  const stat = fieldsOf(`${task}/stat`);
  const [ran, queued] = (read(`${task}/schedstat`) ?? "").split(" ").map((text) => Number.parseInt(text, 10) / 1e6);
  const waitsIn = read(`${task}/wchan`)?.trim();
  return {
    at: now,
    state: stat?.[0],
    // A kernel that does not tell says 0, and so does one that runs it.
    waitsIn: waitsIn === "" || waitsIn === "0" ? undefined : waitsIn,
    ran: usable(ran) ?? timeOf(stat),
    queued: usable(queued),
    all: timeOf(fieldsOf(`${proc}/${pid}/stat`)),
  };
}

/** The fields after the name, which may have spaces and brackets of its own: the state is the first. */
function fieldsOf(file: string): readonly string[] | undefined {
  const text = read(file);
  return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** User and system time, of which the kernel gives ticks. */
function timeOf(fields: readonly string[] | undefined): number | undefined {
  return fields && usable((Number(fields[11]) + Number(fields[12])) * TICK);
}

function usable(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return undefined;
  }
}
