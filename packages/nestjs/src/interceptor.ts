import { type CallHandler, type ExecutionContext, Inject, type NestInterceptor } from "@nestjs/common";
import { markOwnFile } from "@sop/core";
import { catchError, type Observable } from "rxjs";
import { judge, type NestLifecycle } from "./exchange.js";
import { LIFECYCLE } from "./tokens.js";

markOwnFile();

/**
 * Records panics of handlers whose controller has exception filters of its own: `@UseInterceptors(SopInterceptor)` beside
 * `@UseFilters(...)`. Where filters are global, or none is there, it is not needed.
 */
export class SopInterceptor implements NestInterceptor {
  readonly #life: NestLifecycle;

  constructor(life: NestLifecycle) {
    this.#life = life;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== "http") return next.handle();
    return next.handle().pipe(
      catchError((error: unknown) => {
        judge(this.#life, context.switchToHttp().getResponse<object>(), error);
        throw error;
      }),
    );
  }
}

Inject(LIFECYCLE)(SopInterceptor, undefined, 0);
