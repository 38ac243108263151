import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from "@nestjs/common";
import { BaseExceptionFilter, HttpAdapterHost } from "@nestjs/core";
import { markOwnFile } from "@sop/core";
import { throwError } from "rxjs";
import { answer, contextOf, exchangeOf, type NestLifecycle } from "./exchange.js";
import { toClient } from "./rpc.js";
import { LIFECYCLE } from "./tokens.js";

markOwnFile();

/**
 * Answers what no filter of the application caught: an HttpException below 500 as Nest does, anything else as a panic. Outside of HTTP
 * an RpcException says what it says, a refusal has its code, and the client learns nothing of anything else.
 * `SopModule` puts it below all others.
 */
export class SopExceptionFilter implements ExceptionFilter {
  readonly #life: NestLifecycle;
  readonly #host: HttpAdapterHost;

  constructor(life: NestLifecycle, host: HttpAdapterHost) {
    this.#life = life;
    this.#host = host;
  }

  catch(exception: unknown, host: ArgumentsHost): unknown {
    if (host.getType() === "rpc") return throwError(() => toClient(exception));
    if (host.getType() !== "http") throw exception;
    const response = host.switchToHttp().getResponse<object>();
    const context = contextOf(response);
    const reply = context === undefined ? undefined : this.#life.fail(context, exception);
    if (reply === undefined) return new BaseExceptionFilter(this.#host.httpAdapter).catch(exception, host);
    return answer(exchangeOf(response), reply);
  }
}

// Applied by hand: types of parameters are not told to the runtime by every compiler that a project may use.
Inject(LIFECYCLE)(SopExceptionFilter, undefined, 0);
Inject(HttpAdapterHost)(SopExceptionFilter, undefined, 1);
Catch()(SopExceptionFilter);
