export { sopProvider } from "./openfeature/provider.js";
export { type OpenFeatureSourceOptions, openFeatureSource } from "./openfeature/source.js";
