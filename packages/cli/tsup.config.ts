import { library } from "../../tooling/tsup.ts";

export default library({ bin: ["main"], shims: true });
