import type { Check, Way } from "../../src/diagnose/taxonomy/cause-class.ts";
import { SUSPICIONS } from "../../src/diagnose/taxonomy/suspicions.ts";
import { TAXONOMY } from "../../src/diagnose/taxonomy/taxonomy.ts";

/** All classes with what supports and refutes them, as the guide has them in Markdown. */
export function classesTable(): string {
  const classes = TAXONOMY.map(({ name, about, ways, refutes, needs }) =>
    [
      `### \`${name}\``,
      "",
      `${sentence(about)} Would prove it: ${needs}.`,
      "",
      ...ways.map((way: Way) => line(way.isProof ? "proof" : "supports", way)),
      ...refutes.map((way: Way) => line("refutes", way)),
    ].join("\n"),
  );
  const suspicions = SUSPICIONS.map(({ of: name, sees, checks }) => line(`\`${name}\``, { sees, checks }));
  return [...classes, ["### Suspicions", "", ...suspicions].join("\n")].join("\n\n");
}

function line(what: string, { sees, checks }: Way): string {
  return `- ${what}: ${sees}: ${checks.map(said).join(", ")}`;
}

function said({ figure, is, limit, times }: Check): string {
  const normal = times ? ` and ${times.by} × \`${times.figure}\`` : "";
  return `\`${figure}\` ${is === "at least" ? "≥" : "<"} ${limit.toLocaleString("en")}${normal}`;
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}
