import type { EvidenceFile, LeftOut } from "./bundle.js";

/** Bytes of one file, and of all files of a bundle that are written from memory. */
export const FILE_LIMIT: number = 16 * 2 ** 20;
export const BUNDLE_LIMIT: number = 64 * 2 ** 20;

/** Files that are within the limits, and what was cut or left out. */
export interface Limited {
  readonly files: readonly EvidenceFile[];
  readonly cut: readonly LeftOut[];
}

/** Of lines the newest are kept, which are the last; of other files all or nothing. The first files have precedence. */
export function withinLimits(
  files: readonly EvidenceFile[],
  { file = FILE_LIMIT, bundle = BUNDLE_LIMIT }: { readonly file?: number; readonly bundle?: number } = {},
): Limited {
  const kept: EvidenceFile[] = [];
  const cut: LeftOut[] = [];
  let room = bundle;
  for (const [name, data] of files) {
    const bytes = Buffer.byteLength(data);
    const limit = Math.min(file, room);
    const fitting = bytes <= limit ? data : name.endsWith(".ndjson") ? lastLines(data, limit) : undefined;
    if (fitting === undefined) cut.push({ file: name, why: `it has ${bytes} bytes, and there is room for ${limit}` });
    else {
      const left = Buffer.byteLength(fitting);
      if (left < bytes) cut.push({ file: name, why: `of ${bytes} bytes the last ${left} are kept` });
      kept.push([name, fitting]);
      room -= left;
    }
  }
  return { files: kept, cut };
}

/** As many whole lines from the end as fit. */
function lastLines(data: string | Uint8Array, limit: number): Uint8Array {
  const bytes = typeof data === "string" ? Buffer.from(data) : Buffer.from(data.buffer, data.byteOffset, data.length);
  const tail = bytes.subarray(bytes.length - limit);
  const end = tail.indexOf(10);
  return end < 0 ? Buffer.alloc(0) : tail.subarray(end + 1);
}
