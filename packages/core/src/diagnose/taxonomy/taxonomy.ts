import { deadlock, poolExhaustion, race } from "./contention.js";
import { outOfMemory, uncaught, unhandled } from "./crashes.js";
import { dependencyHang, dependencyOutage, retryStorm, timeoutCascade } from "./dependencies.js";
import { eventLoopStall, overload } from "./load.js";
import { descriptorLeak, memoryLeak } from "./stocks.js";

/**
 * All classes, in the order in which they explain each other: where several hold, the first one is the cause and the others follow from
 * it. A process that ended says most; a blocked loop disturbs every figure after it; an exhausted pool or a storm of retries looks like
 * a slow dependency too, and not the other way round; stocks grow beside whatever is stuck, and less is known of them than of a race that was seen.
 */
export const TAXONOMY = [
  uncaught,
  unhandled,
  outOfMemory,
  eventLoopStall,
  overload,
  descriptorLeak,
  poolExhaustion,
  deadlock,
  retryStorm,
  timeoutCascade,
  dependencyHang,
  dependencyOutage,
  race,
  memoryLeak,
] as const;

/** The name of a class. */
export type CauseName = (typeof TAXONOMY)[number]["name"];
