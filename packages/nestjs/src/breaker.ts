import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Inject,
  type NestInterceptor,
  SetMetadata,
  UseInterceptors,
} from "@nestjs/common";
import { Reflector } from "@nestjs/core";
import { type FindBreaker, type RouteBreaker, routeBreaker, type Sop, SopError } from "@sop/core";
import type { Observable } from "rxjs";
import { contextOf, exchangeOf, type NestLifecycle } from "./exchange.js";
import { callUnder } from "./rpc.js";
import { BREAKER, LIFECYCLE, SOP } from "./tokens.js";

const reflector = new Reflector();

/** What `@Breaker()` puts around a handler. */
export class BreakerInterceptor implements NestInterceptor {
  readonly #sop: Sop;
  readonly #life: NestLifecycle;
  /** Calls that the interceptor of the controller has seen, where the handler has one too. */
  readonly #seen = new WeakSet<ExecutionContext>();

  constructor(sop: Sop, life: NestLifecycle) {
    this.#sop = sop;
    this.#life = life;
  }

  intercept(call: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (this.#seen.has(call)) return next.handle();
    this.#seen.add(call);
    const find = reflector.getAllAndOverride<FindBreaker>(BREAKER, [call.getHandler(), call.getClass()]);
    if (call.getType() === "http") {
      this.#guard(call.switchToHttp().getResponse<object>(), find);
      return next.handle();
    }
    const route = `${call.getClass().name}.${call.getHandler().name}`;
    return callUnder(find(this.#sop, { method: "RPC", route }), next);
  }

  /** Of HTTP, where the whole answer counts: a filter, or the handler itself, may still make something else of it. */
  #guard(response: object, find: FindBreaker): void {
    const context = contextOf(response);
    const reply = context && this.#life.guard(context, find(this.#sop, context));
    if (reply === undefined) return;
    // Whatever answer a filter makes of it says how long to wait.
    exchangeOf(response).setHeader("retry-after", reply.headers["retry-after"] ?? "1");
    throw new SopError("SOP_BREAKER_OPEN", "the breaker is not closed");
  }
}

Inject(SOP)(BreakerInterceptor, undefined, 0);
Inject(LIFECYCLE)(BreakerInterceptor, undefined, 1);

/**
 * Refuses calls of a handler, or of each handler of a controller, while they fail; what a handler says goes before what its controller
 * says. A text: by the breaker of that name. Options, or nothing: by a breaker of the handler's own, named after its route
 * (`GET /items/:id`), and outside of HTTP after its method (`RPC Items.find`). Throws `SOP_ERR_OPTION` for what is wrong.
 *
 * Over HTTP a refusal is a 503 `SOP_BREAKER_OPEN` with `Retry-After`. To other transports it is an error of code 14, which is gRPC's
 * `UNAVAILABLE`, with `SOP_BREAKER_OPEN` for a message and `retryAfter` in milliseconds. Exception filters of the application see a
 * refusal first.
 */
export function Breaker(given: RouteBreaker = true): ClassDecorator & MethodDecorator {
  return applyDecorators(SetMetadata(BREAKER, routeBreaker(given)), UseInterceptors(BreakerInterceptor));
}
