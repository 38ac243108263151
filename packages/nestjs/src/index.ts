export { Breaker } from "./breaker.js";
export { SopContext } from "./context.decorator.js";
export { Degradable } from "./degradable.js";
export { SopExceptionFilter } from "./exception.filter.js";
export { SopInterceptor } from "./interceptor.js";
export { SOP, type SopAsyncOptions, SopModule } from "./sop.module.js";
