import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { CommandError } from "../command-error.js";
import { EXIT, type Terminal } from "../terminal.js";
import type { PlaneOptions } from "./options.js";
import type { Query } from "./plane.js";
import { PlaneError, unreachable } from "./plane-error.js";
import { PlaneFinder } from "./plane-finder.js";
import { type ServerEvent, SseParser } from "./sse-parser.js";

/** What is told of a stream that is followed. */
export interface Followed {
  /** It is connected, for the first time or again. */
  opened(name: string): void;
  event(event: ServerEvent): void;
  /** The connection was lost; there will be another one after `wait` milliseconds. */
  lost(why: string, wait: number): void;
}

/** How a stream is followed; times in milliseconds. */
export interface FollowOptions {
  readonly path: string;
  readonly query?: Query;
  /** The wait before the second try to connect again; it doubles from there. */
  readonly firstWait?: number;
  readonly longestWait?: number;
  /** A connection on which nothing comes for so long is lost: the plane sends a comment now and then. */
  readonly silence?: number;
}

/**
 * Follows the events of a plane until the terminal's signal is aborted. It connects again where the connection is lost, to the
 * plane that is there by then, and asks for what it has missed. Ends the command where the first connection cannot be made, and
 * where the plane refuses.
 */
export async function follow(
  options: PlaneOptions,
  terminal: Terminal,
  { path, query = {}, firstWait = 500, longestWait = 10_000, silence = 60_000 }: FollowOptions,
  told: Followed,
): Promise<void> {
  const { signal } = terminal;
  const finder = new PlaneFinder(options, terminal);
  let lastId = "";
  let wait = firstWait;
  let isFirst = true;
  while (!signal.aborted) {
    try {
      const plane = finder.find();
      const stream = await plane.stream(path, query, lastId === "" ? {} : { "last-event-id": lastId });
      told.opened(plane.name);
      isFirst = false;
      await read(stream, { name: plane.name, silence }, (parser, events) => {
        wait = Math.min(parser.retry ?? firstWait, longestWait);
        lastId = parser.lastId || lastId;
        for (const event of events) told.event(event);
      });
    } catch (error) {
      if (signal.aborted) return;
      if (isFirst || !isPassing(error, finder.isFromFile)) throw error;
      // Many that have lost the same plane should not come back in the same moment.
      const pause = Math.round(wait * (0.75 + Math.random() / 2));
      told.lost((error as Error).message, pause);
      await sleep(pause, undefined, { signal }).catch(() => {});
      wait = Math.min(wait * 2, longestWait);
    } finally {
      finder.lose();
    }
  }
}

/** Reads a stream to its end, which is always one too early. */
async function read(
  stream: IncomingMessage,
  { name, silence }: { name: string; silence: number },
  come: (parser: SseParser, events: readonly ServerEvent[]) => void,
): Promise<never> {
  const parser = new SseParser();
  const quiet = setTimeout(() => stream.destroy(unreachable(`${name} has gone silent`)), silence);
  try {
    for await (const bytes of stream as AsyncIterable<Buffer>) {
      quiet.refresh();
      come(parser, parser.push(bytes));
    }
  } catch (error) {
    if (error instanceof RangeError) throw unreachable(`${name} sends ${error.message}`);
    // Errors of the network have a code; one without is ours.
    if (error instanceof PlaneError || (error as NodeJS.ErrnoException).code === undefined) throw error;
    throw unreachable(`${name} closed the connection`);
  } finally {
    clearTimeout(quiet);
    stream.destroy();
  }
  throw unreachable(`${name} ended the stream`);
}

/** Whether the next try may go better. */
export function isPassing(error: unknown, isFromFile: boolean): boolean {
  if (!(error instanceof CommandError)) return false;
  if (!(error instanceof PlaneError) || error.status === undefined) return error.exit === EXIT.unreachable;
  // The file may still be that of the start before.
  if (error.status === 401) return isFromFile;
  return error.status === 429 || error.status >= 500;
}
