/**
 * How often configuration was changed in this process. A request remembers the number that it was opened at, so that all it decides is
 * decided by one configuration.
 */
export let configurations = 0;

/** Counts a change; what is opened from now on sees it. */
export function nextConfiguration(): number {
  configurations++;
  return configurations;
}
