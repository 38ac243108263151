import { styleText } from "node:util";
import type { IncidentStepName } from "@sop/core";
import type { Listener } from "../drill/drill.ts";
import type { StepTaken } from "../drill/step.ts";

type Format = Parameters<typeof styleText>[0];

const LIVE = 100;
const PLAIN = 5_000;
const WIDTH = 11;
const SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

/** Shows how the loop goes: one live line on a terminal, plain lines elsewhere. */
export class Progress implements Listener {
  readonly #out: NodeJS.WriteStream;
  readonly #status: () => string;
  readonly #timer: NodeJS.Timeout;
  #doing: { readonly label: string; readonly text: string; readonly since: number } | undefined;
  #frame = 0;
  #isLive = false;

  /** `status`: what is going on meanwhile, in a few words. */
  constructor(out: NodeJS.WriteStream, status: () => string) {
    this.#out = out;
    this.#status = status;
    this.#timer = setInterval(() => this.#show(), out.isTTY ? LIVE : PLAIN);
  }

  began(step: IncidentStepName | "shop" | "heat map", text: string): void {
    this.#doing = { label: step, text, since: performance.now() };
    if (this.#out.isTTY) this.#show();
  }

  took({ step, detail }: StepTaken, seconds: number): void {
    this.line("green", "✔", step, `${seconds.toFixed(1).padStart(5)} s  ${detail}`);
  }

  failed(reason: string): void {
    this.line("red", "✘", this.#doing?.label ?? "", reason);
  }

  /** A line that stays. */
  line(format: Format, mark: string, label: string, text: string): void {
    this.#clear();
    const name = styleText("bold", label.padEnd(WIDTH), { stream: this.#out });
    this.#out.write(`${styleText(format, mark, { stream: this.#out })} ${name}${text}\n`);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#clear();
  }

  #show(): void {
    if (!this.#doing) return;
    const { label, text, since } = this.#doing;
    const seconds = `${((performance.now() - since) / 1_000).toFixed(1)} s`;
    const line = `${label.padEnd(WIDTH)}${text} · ${seconds} · ${this.#status()}`;
    if (!this.#out.isTTY) {
      this.#out.write(`… ${line}\n`);
      return;
    }
    const mark = SPINNER[this.#frame++ % SPINNER.length] ?? "";
    this.#clear();
    this.#out.write(`${mark} ${line}`.slice(0, this.#out.columns - 1));
    this.#isLive = true;
  }

  #clear(): void {
    if (this.#isLive) this.#out.write("\r\u001b[2K");
    this.#isLive = false;
  }
}
