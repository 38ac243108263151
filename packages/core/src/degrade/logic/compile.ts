import { operators } from "./operators.js";
import { DefinitionProblem, type Path } from "./problem.js";
import { isObject } from "./values.js";

/** A compiled expression. `data` is what `var` reads: `root`, or the item that an iteration is at. */
export type Rule = (data: unknown, root: unknown) => unknown;

/** What an operator that was evaluated was, for {@link Purpose.trace}. */
export interface TracedOperator {
  /** Where it stands in the definition. */
  readonly path: Path;
  readonly operator: string;
  readonly operands: readonly unknown[];
}

/** What rules find out beside their result, written anew at each evaluation. */
export interface Notes {
  /** A split chose the variant. */
  split: boolean;
  /** A split had nothing to choose by. */
  keyless: boolean;
}

/** What a rule is compiled for. */
export interface Purpose {
  /** The flag's name. */
  readonly flag: string;
  /** The variants that it may choose. */
  readonly variants: ReadonlyMap<string, unknown>;
  /** What `$ref` stands for. */
  readonly evaluators: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly notes: Notes;
  /** Wraps the rule of each operator; it is how a decision is explained. */
  readonly trace?: ((rule: Rule, operator: TracedOperator) => Rule) | undefined;
}

const MAX_DEPTH = 64;
const MAX_PARTS = 100_000;

/**
 * Compiles a targeting rule (JSONLogic as flagd has it) into closures. Throws {@link DefinitionProblem} for an operator that is
 * unknown, operands that cannot be right, a variant that there is not, a `$ref` that is unknown or refers to itself, and a rule that is
 * nested deeper than 64 or has more than 100,000 parts.
 */
export function compile(expression: unknown, path: Path, purpose: Purpose): Rule {
  return new Compiler(purpose).rule(expression, path, true);
}

/** One compilation. */
export class Compiler {
  readonly purpose: Purpose;
  readonly #references: string[] = [];
  #depth = 0;
  #parts = 0;

  constructor(purpose: Purpose) {
    this.purpose = purpose;
  }

  /** `isResult`: what it gives is the rule's own result, and so the name of a variant. */
  rule(expression: unknown, path: Path, isResult: boolean): Rule {
    this.#depth++;
    this.#count(path);
    if (this.#depth > MAX_DEPTH) throw new DefinitionProblem(path, expression, `at most ${MAX_DEPTH} levels`);
    const rule = this.#compiled(expression, path, isResult);
    this.#depth--;
    return rule;
  }

  #compiled(expression: unknown, path: Path, isResult: boolean): Rule {
    if (Array.isArray(expression)) return this.#list(expression, path);
    if (!isObject(expression)) {
      if (isResult) this.checkVariant(expression, path);
      return () => expression;
    }
    const [operator, ...others] = Object.keys(expression);
    if (operator === undefined) return () => expression;
    if (others.length > 0) throw new DefinitionProblem(path, expression, "one operator");
    if (operator === "$ref") return this.#reference(expression[operator], path, isResult);
    const make = operators.get(operator);
    if (!make) throw new DefinitionProblem(path, operator, `an operator: ${[...operators.keys()].join(" ")}`);
    const given = expression[operator];
    const operands = Array.isArray(given) ? given : [given];
    const at = [...path, operator];
    const rule = make(new Operands(this, operands, at, { isResult, isBare: !Array.isArray(given) }));
    return this.purpose.trace?.(rule, { path: at, operator, operands }) ?? rule;
  }

  /** A result that is known before it is evaluated has to be a variant, or `null`: the default. */
  checkVariant(value: unknown, path: Path): void {
    const { variants } = this.purpose;
    if (value === null || variants.has(String(value))) return;
    throw new DefinitionProblem(path, value, `one of the variants: ${[...variants.keys()].join(", ")}`);
  }

  #list(items: readonly unknown[], path: Path): Rule {
    this.#count(path, items.length);
    if (items.every((item) => typeof item !== "object" || item === null)) return () => items;
    const rules = items.map((item, i) => this.rule(item, [...path, String(i)], false));
    return (data, root) => rules.map((rule) => rule(data, root));
  }

  #reference(name: unknown, path: Path, isResult: boolean): Rule {
    const { evaluators } = this.purpose;
    if (typeof name !== "string" || !Object.hasOwn(evaluators, name)) {
      throw new DefinitionProblem(
        path,
        name,
        `one of $evaluators: ${Object.keys(evaluators).join(", ") || "there is none"}`,
      );
    }
    if (this.#references.includes(name)) {
      throw new DefinitionProblem(path, name, `no cycle: ${[...this.#references, name].join(" > ")}`);
    }
    this.#references.push(name);
    const rule = this.rule(evaluators[name], [...path, "$ref", name], isResult);
    this.#references.pop();
    return rule;
  }

  #count(path: Path, parts = 1): void {
    this.#parts += parts;
    if (this.#parts > MAX_PARTS) throw new DefinitionProblem(path, this.#parts, `at most ${MAX_PARTS} parts in all`);
  }
}

/** The operands of one operator, as it asks for them when it is compiled. */
export class Operands {
  readonly given: readonly unknown[];
  readonly #compiler: Compiler;
  readonly #path: Path;
  readonly #isBare: boolean;
  /** Whether the operator gives the rule's own result. */
  readonly isResult: boolean;

  constructor(
    compiler: Compiler,
    given: readonly unknown[],
    path: Path,
    { isResult, isBare }: { isResult: boolean; isBare: boolean },
  ) {
    this.#compiler = compiler;
    this.given = given;
    this.#path = path;
    this.isResult = isResult;
    this.#isBare = isBare;
  }

  get purpose(): Purpose {
    return this.#compiler.purpose;
  }

  /** The operand at `index`; `null` where there is none. `isResult`: it is what the rule gives. */
  rule(index: number, isResult = false): Rule {
    const path = this.#isBare ? this.#path : [...this.#path, String(index)];
    return this.#compiler.rule(index < this.given.length ? this.given[index] : null, path, isResult);
  }

  rules(): readonly Rule[] {
    return this.given.map((_, index) => this.rule(index));
  }

  /** All operands; of an only one that gives a list, the list's items. */
  list(): (data: unknown, root: unknown) => readonly unknown[] {
    const rules = this.rules();
    const [only] = rules;
    if (rules.length > 1 || !only) return (data, root) => rules.map((rule) => rule(data, root));
    return (data, root) => {
      const value = only(data, root);
      return Array.isArray(value) ? value : [value];
    };
  }

  /** A part of an operand that is a list of its own, such as a bucket's weight. */
  part(index: number, within: number): Rule {
    const value = (this.given[index] as readonly unknown[])[within];
    return this.#compiler.rule(value, [...this.#path, String(index), String(within)], false);
  }

  /** Checks that a part of an operand is the name of a variant. */
  checkVariant(value: unknown, ...within: readonly number[]): void {
    this.#compiler.checkVariant(value, [...this.#path, ...within.map(String)]);
  }

  /** Throws where there are not between `min` and `max` operands. */
  expect(min: number, max = min): void {
    const { length } = this.given;
    if (length >= min && length <= max) return;
    const wanted = max === min ? `${min} operands` : `${min} or more operands`;
    throw new DefinitionProblem(this.#path, this.given, wanted);
  }

  /** Throws what is wrong with an operand, or with a part of it. */
  reject(value: unknown, allowed: string, ...within: readonly number[]): never {
    throw new DefinitionProblem([...this.#path, ...within.map(String)], value, allowed);
  }
}
