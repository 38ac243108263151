/** The Sop that is attached to an application that was not changed. */
interface Attached {
  stepAside(): void;
}

// One for the process, also where this module is there twice, as ESM and as CommonJS.
const KEY = Symbol.for("sop.attached");
const holder = globalThis as typeof globalThis & { [KEY]?: Attached | undefined };

/** Whether one is attached to this process. */
export function isAttached(): boolean {
  return holder[KEY] !== undefined;
}

/** Notes that one is attached. */
export function attached(attachment: Attached): void {
  holder[KEY] = attachment;
}

/** Has the attached one leave: the application makes a Sop of its own, which has all that it has. */
export function stepAside(): void {
  const found = holder[KEY];
  holder[KEY] = undefined;
  found?.stepAside();
}
