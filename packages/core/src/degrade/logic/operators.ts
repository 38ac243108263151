import { arithmetic } from "./arithmetic.js";
import { choice } from "./choice.js";
import { comparison } from "./comparison.js";
import type { Operands, Rule } from "./compile.js";
import { data } from "./data.js";
import { fractional } from "./fractional.js";
import { lists } from "./lists.js";
import { semVer } from "./sem-ver.js";
import { text } from "./text.js";

/** Makes the rule of an operator. What it gets wrong when it is evaluated is `null` or `false`: it never throws then. */
export type Operator = (operands: Operands) => Rule;

/** JSONLogic's operators, and flagd's. */
export const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>(
  Object.entries({ ...choice, ...comparison, ...data, ...arithmetic, ...lists, ...text, fractional, sem_ver: semVer }),
);
