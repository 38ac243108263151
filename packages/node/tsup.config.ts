import { library } from "../../tooling/tsup.ts";

// The admin plane looks for the file of its thread from its own place, in both builds.
export default library({ shims: true });
