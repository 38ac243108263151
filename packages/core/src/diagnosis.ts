/** What a thread needs that only looks at what was recorded: it does not load the rest of the core, which takes memory of its own in each. */
export { diagnose } from "./diagnose/diagnose.js";
export { partsOf } from "./diagnose/features/view.js";
export { detect } from "./diagnose/signals.js";
export { SAMPLE_FIELDS } from "./diagnose/window/sample.js";
export { parseStack } from "./request/stack.js";
