import type { Output } from "../../terminal.js";

/** Something that the supervisor has to say: `event`, and its fields, as JSON; `text` for people. */
export type Tell = (event: string, text: string, fields?: object) => void;

/** Says it as a line of its own on standard error, where the process's own lines are too. */
export function tellerOf(err: Output, json: boolean): Tell {
  return (event, text, fields = {}) => {
    const line = json ? JSON.stringify({ time: Date.now(), event, ...fields, msg: text }) : `sop run: ${text}`;
    err.write(`${line}\n`);
  };
}
