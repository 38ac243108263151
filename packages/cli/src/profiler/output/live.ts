import type { LatencyRun } from "@sop/node/latency";
import { formatCount, formatLatency } from "@sop/node/latency";
import { type Output, widthFor } from "../../terminal.js";
import { paintFor } from "../../text/paint.js";
import { clip, printable } from "../../text/printable.js";
import { summaryLines } from "./summary.js";

/** Shows how far a measurement is, while it lasts. */
export interface Live {
  show(run: () => LatencyRun, share: number): void;
  /** Takes it off the screen. */
  end(): void;
}

/** A table with a bar that is drawn again and again on a terminal, and a line for each tenth elsewhere. */
export function live(out: Output, name: string, duration: number): Live {
  return out.isTTY ? screen(out, name, duration) : lines(out, name, duration);
}

function screen(out: Output, name: string, duration: number): Live {
  let drawn = 0;
  const clear = (): void => {
    if (drawn > 0) out.write(`\u001b[${drawn}A\r\u001b[J`);
    drawn = 0;
  };
  return {
    show(run, share) {
      const paint = paintFor(out);
      const width = widthFor(out) - 1;
      // What does not fit cannot be taken off again.
      const rows = Math.max(1, (out.rows ?? 24) - 5);
      const text = [
        clip(`${bar(share, 30)} ${seconds(share * duration)} of ${seconds(duration)}  ${printable(name)}`, width),
        "",
        ...summaryLines(run(), { paint, width, rows }),
        paint.dim(clip("Ctrl-C ends it now, and keeps what was measured", width)),
      ];
      clear();
      out.write(`${text.join("\n")}\n`);
      drawn = text.length;
    },
    end: clear,
  };
}

function lines(out: Output, name: string, duration: number): Live {
  let told = -1;
  out.write(`measuring ${printable(name)} for ${seconds(duration)}\n`);
  return {
    show(run, share) {
      const tenth = Math.floor(share * 10);
      if (tenth <= Math.max(0, told)) return;
      told = tenth;
      const { routes } = run();
      const requests = routes.reduce((n, route) => n + route.requests, 0);
      const [first] = [...routes].sort((a, b) => b.p99 - a.p99);
      const slowest = first ? `, slowest ${printable(first.route)} with P99 ${formatLatency(first.p99)}` : "";
      out.write(`${seconds(share * duration)} of ${seconds(duration)}: ${formatCount(requests)} requests${slowest}\n`);
    },
    end: () => {},
  };
}

function bar(share: number, width: number): string {
  const full = Math.round(share * width);
  return `${"█".repeat(full)}${"░".repeat(width - full)} ${String(Math.floor(share * 100)).padStart(3)} %`;
}

function seconds(ms: number): string {
  return `${Number((ms / 1_000).toFixed(1))} s`;
}
