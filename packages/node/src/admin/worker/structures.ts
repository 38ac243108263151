import { maskText } from "../../forensics/mask.js";
import { largestOf, PROTOTYPES, type Structure } from "../../profiles/structures/collect.js";
import type { MainInspector } from "./main-inspector.js";

interface Remote {
  readonly result: { readonly objectId?: string; readonly value?: unknown };
  readonly exceptionDetails?: { readonly exception?: { readonly description?: string } };
}

const GROUP = "sop";

/** The largest maps, sets, lists and lists of listeners of the main thread, and the answers that nobody reads. V8 walks the heap for each kind. */
export async function readStructures(main: MainInspector, patience: number): Promise<readonly Structure[]> {
  const found: Structure[] = [];
  try {
    for (const expression of PROTOTYPES) {
      const { result } = await main.ask<Remote>("Runtime.evaluate", { expression, objectGroup: GROUP }, patience);
      if (result.objectId === undefined) continue;
      const given = { prototypeObjectId: result.objectId, objectGroup: GROUP };
      const { objects } = await main.ask<{ objects: { objectId: string } }>("Runtime.queryObjects", given, patience);
      const call = { objectId: objects.objectId, functionDeclaration: largestOf.toString(), returnByValue: true };
      const { result: answer, exceptionDetails } = await main.ask<Remote>("Runtime.callFunctionOn", call, patience);
      if (exceptionDetails) throw new Error(`structures: ${exceptionDetails.exception?.description}`);
      found.push(...(answer.value as Structure[]));
      // The list holds all of them, and is to be gone before the next walk.
      await main.ask("Runtime.releaseObjectGroup", { objectGroup: GROUP }, patience);
    }
  } finally {
    await main.ask("Runtime.releaseObjectGroup", { objectGroup: GROUP }, patience);
  }
  return found.map((one) => ({ ...one, name: maskText(one.name), of: maskText(one.of) }));
}
