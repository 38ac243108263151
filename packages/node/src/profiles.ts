export { profiles } from "./profiles/attach.js";
export type { ProfilesOptions } from "./profiles/options.js";
