import type { EvidenceFile } from "../bundle.js";
import { maskData } from "../mask.js";
import { reportPage } from "./html.js";
import { reportText } from "./markdown.js";
import { reportPicture } from "./picture.js";
import type { ReportParts } from "./story.js";

/** The report in its three forms: `report.md`, `report.html` and `report.svg`, without secrets; each is made when it is asked for. */
export function* reportFiles(parts: ReportParts): Generator<EvidenceFile> {
  const masked = maskParts(parts);
  yield ["report.md", reportText(masked)];
  yield ["report.html", reportPage(masked)];
  yield ["report.svg", reportPicture(masked)];
}

/** One form of it. */
export function reportFile(parts: ReportParts, form: "md" | "html" | "svg"): string {
  const masked = maskParts(parts);
  return { md: reportText, html: reportPage, svg: reportPicture }[form](masked);
}

/** Samples are numbers, and many: what may be a secret is in the others. */
function maskParts({ incident, diagnosis, window, files, missing }: ReportParts): ReportParts {
  const { samples, ...rest } = window ?? {};
  return {
    incident: maskData(incident) as ReportParts["incident"],
    diagnosis: maskData(diagnosis) as ReportParts["diagnosis"],
    window: window && { ...(maskData(rest) as NonNullable<ReportParts["window"]>), samples },
    files,
    missing: maskData(missing) as ReportParts["missing"],
  };
}
