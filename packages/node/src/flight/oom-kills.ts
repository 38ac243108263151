import { ControlGroup } from "../sensors/outside/cgroup.js";

/**
 * Counts processes that the kernel kills for want of memory in the control group of the process `pid`. Returns a function that tells, once, how many
 * there were since; `undefined` where that cannot be read.
 */
export function countOomKills(pid: number): () => number | undefined {
  const group = new ControlGroup("/proc", pid, "/sys/fs/cgroup");
  const read = (): number | undefined => {
    try {
      return group.read(0).cgroup_oom_kills_count;
    } catch {
      return undefined;
    }
  };
  // The first one is what the other is compared with.
  read();
  return () => {
    const kills = read();
    group.close();
    return kills;
  };
}
