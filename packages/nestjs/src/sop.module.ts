import {
  type DynamicModule,
  Inject,
  Module,
  type NestModule,
  type OnApplicationShutdown,
  type Provider,
} from "@nestjs/common";
import { APP_FILTER, ApplicationConfig, HttpAdapterHost } from "@nestjs/core";
import { markOwnFile, resolveSop, type Sop, type SopOptions } from "@sop/core";
import { SopExceptionFilter } from "./exception.filter.js";
import { judge, lifecycleOf, type NestLifecycle } from "./exchange.js";
import { SopInterceptor } from "./interceptor.js";
import { attach } from "./platform.js";
import { LIFECYCLE, SOP } from "./tokens.js";

export { SOP };

markOwnFile();

/** Options that other providers have to be asked for. */
export interface SopAsyncOptions extends Pick<DynamicModule, "imports"> {
  /** What `useFactory` is called with. */
  readonly inject?: NonNullable<Extract<Provider, { inject?: unknown }>["inject"]>;
  /** Gives the options, or a ready `Sop`. */
  // biome-ignore lint/suspicious/noExplicitAny: the factory's parameters are the user's.
  readonly useFactory: (...injected: any[]) => SopOptions | Sop | Promise<SopOptions | Sop>;
}

/**
 * SOP for NestJS, over Express and over Fastify. Global: one import in the root module covers every route.
 *
 * ```ts
 * import { Controller, Get, Module } from "@nestjs/common";
 * import { NestFactory } from "@nestjs/core";
 * import { SopContext, SopModule } from "@sop/nestjs";
 * import type { RequestContext } from "@sop/core";
 *
 * @Controller()
 * class AppController {
 *   @Get()
 *   home(@SopContext() sop: RequestContext) {
 *     return { id: sop.id };
 *   }
 *
 *   @Get("broken")
 *   broken() {
 *     throw new Error("answered with 503, counted, logged");
 *   }
 * }
 *
 * @Module({ imports: [SopModule.forRoot({ service: "accounts" })], controllers: [AppController] })
 * class AppModule {}
 *
 * const app = await NestFactory.create(AppModule);
 * await app.listen(3000, "127.0.0.1");
 * ```
 */
export class SopModule implements NestModule, OnApplicationShutdown {
  readonly #sop: Sop;
  readonly #life: NestLifecycle;
  readonly #config: ApplicationConfig;

  constructor(sop: Sop, life: NestLifecycle, host: HttpAdapterHost, config: ApplicationConfig) {
    this.#sop = sop;
    this.#life = life;
    this.#config = config;
    // Before the platform's own middleware: bodies are read within the request too.
    attach(life, host.httpAdapter);
  }

  /** `options`: see `SopOptions`, or a ready `Sop`. Throws `SOP_ERR_OPTION` for options that are wrong. */
  static forRoot(options?: SopOptions | Sop): DynamicModule {
    return definition({ provide: SOP, useValue: resolveSop(options) });
  }

  /** As `forRoot`, with options from a factory. */
  static forRootAsync({ imports = [], inject = [], useFactory }: SopAsyncOptions): DynamicModule {
    const make = async (...injected: unknown[]): Promise<Sop> => resolveSop(await useFactory(...injected));
    return definition({ provide: SOP, inject, useFactory: make }, imports);
  }

  /** Called when all modules are there and no router has its filters yet. */
  configure(): void {
    const filters = this.#config.getGlobalFilters();
    // Nest asks the last one first, and a module that is imported comes after the one that imports it.
    const own = filters.findIndex((filter) => filter instanceof SopExceptionFilter);
    if (own > 0) filters.unshift(...filters.splice(own, 1));
    for (const filter of filters) {
      if (filter instanceof SopExceptionFilter) continue;
      const { catch: answer } = filter;
      filter.catch = (exception, host) => {
        if (host.getType() === "http") judge(this.#life, host.switchToHttp().getResponse<object>(), exception);
        return answer.call(filter, exception, host);
      };
    }
  }

  onApplicationShutdown(): void {
    this.#sop.dispose();
  }
}

function definition(sop: Provider, imports: NonNullable<DynamicModule["imports"]> = []): DynamicModule {
  return {
    module: SopModule,
    global: true,
    imports,
    providers: [
      sop,
      { provide: LIFECYCLE, inject: [SOP], useFactory: lifecycleOf },
      { provide: APP_FILTER, useClass: SopExceptionFilter },
      SopInterceptor,
    ],
    exports: [SOP, LIFECYCLE, SopInterceptor],
  };
}

Inject(SOP)(SopModule, undefined, 0);
Inject(LIFECYCLE)(SopModule, undefined, 1);
Inject(HttpAdapterHost)(SopModule, undefined, 2);
Inject(ApplicationConfig)(SopModule, undefined, 3);
Module({})(SopModule);
