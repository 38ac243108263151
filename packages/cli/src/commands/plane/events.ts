import type { PlaneEvent } from "../../plane/answers.js";
import { follow } from "../../plane/follow.js";
import type { PlaneOptions } from "../../plane/options.js";
import { EXIT, type Terminal, widthFor } from "../../terminal.js";
import { paintFor } from "../../text/paint.js";
import { printable } from "../../text/printable.js";
import { span } from "../../text/units.js";
import { eventLine } from "./event-line.js";

/** Which events are shown. */
export interface EventsOptions extends PlaneOptions {
  readonly json?: boolean;
  readonly types?: string;
}

/** Prints each event of a running service as it comes, after the last ones that it remembers, until it is ended. */
export async function showEvents(options: EventsOptions, terminal: Terminal): Promise<number> {
  const { out, err } = terminal;
  const view = { paint: paintFor(out), width: widthFor(out) };
  const types = options.types?.replaceAll(" ", "");
  await follow(
    options,
    terminal,
    { path: "/debug/mw/events", query: { types } },
    {
      opened: (name) => err.write(`following ${printable(name)}; Ctrl-C ends it\n`),
      lost: (why, wait) => err.write(`sop: ${printable(why)}; trying again in ${span(wait)}\n`),
      event: ({ data }) => {
        const event = parse(data);
        if (event === undefined) err.write("sop: an event that is no JSON was left out\n");
        else out.write(`${options.json ? JSON.stringify(event) : eventLine(event, view)}\n`);
      },
    },
  );
  return EXIT.fine;
}

function parse(data: string): PlaneEvent | undefined {
  try {
    const event: unknown = JSON.parse(data);
    return event instanceof Object && "data" in event ? (event as PlaneEvent) : undefined;
  } catch {
    return undefined;
  }
}
