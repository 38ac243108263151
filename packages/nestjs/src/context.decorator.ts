import { createParamDecorator, type ExecutionContext } from "@nestjs/common";
import type { RequestContext } from "@sop/core";
import { contextOf } from "./exchange.js";

/** The running request, as SOP sees it, as a parameter of a handler: `find(@SopContext() sop: RequestContext)`. */
export const SopContext: () => ParameterDecorator = createParamDecorator(
  (_data: unknown, context: ExecutionContext): RequestContext | undefined =>
    contextOf(context.switchToHttp().getResponse<object>()),
);
