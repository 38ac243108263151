import "reflect-metadata";
import {
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  ForbiddenException,
  Get,
  Inject,
  Injectable,
  Module,
  type NestInterceptor,
  Param,
  ParseIntPipe,
  type Provider,
  Scope,
  type Type,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from "@nestjs/common";
import { APP_FILTER, APP_GUARD, NestFactory, REQUEST } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { createSop, type Host, type Logger, type RequestContext, type Sop } from "@sop/core";
import { map, type Observable } from "rxjs";
import { describe, expect, it, onTestFinished } from "vitest";
import { SopContext, SopInterceptor, SopModule } from "../src/index.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const host: Host = { env: {}, onCrash: () => () => {}, exit: () => {} };

class OutOfStock extends Error {}

@Catch(OutOfStock)
class OutOfStockFilter implements ExceptionFilter {
  catch(_error: OutOfStock, at: ArgumentsHost): void {
    const response = at.switchToHttp().getResponse();
    response.status(409).send({ problem: "out of stock" });
  }
}

@Injectable()
class Members implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { url } = context.switchToHttp().getRequest<{ url: string }>();
    if (url.includes("broken")) throw new Error("secret of the guard");
    return !url.includes("forbidden");
  }
}

@Injectable()
class Wrapping implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((value) => ({ wrapped: value })));
  }
}

@Injectable({ scope: Scope.REQUEST })
class Cart {
  readonly url: string;

  constructor(@Inject(REQUEST) request: { url: string }) {
    this.url = request.url;
  }
}

@Controller("shop")
class ShopController {
  readonly #cart: Cart;

  constructor(@Inject(Cart) cart: Cart) {
    this.#cart = cart;
  }

  @Get("items/:id")
  item(@Param("id", ParseIntPipe) id: number, @SopContext() sop: RequestContext): unknown {
    return { id, route: sop.route, url: this.#cart.url };
  }

  @Get("guarded/:how")
  @UseGuards(Members)
  guarded(): string {
    return "members";
  }

  @Get("wrapped")
  @UseInterceptors(Wrapping)
  wrapped(): string {
    return "bread";
  }

  @Get("panic")
  panic(): never {
    throw new Error("secret of the shop");
  }

  @Get("forbidden")
  forbidden(): never {
    throw new ForbiddenException("not yours");
  }

  @Get("sold-out")
  soldOut(): never {
    throw new OutOfStock();
  }

  @Get("filtered")
  @UseFilters(OutOfStockFilter)
  @UseInterceptors(SopInterceptor)
  filtered(): never {
    throw new OutOfStock();
  }
}

const PLATFORMS = [
  { platform: "Express", adapter: () => new ExpressAdapter() },
  { platform: "Fastify", adapter: () => new FastifyAdapter() },
];

describe.each(PLATFORMS)("over $platform", ({ adapter }) => {
  async function serve(providers: Provider[] = [], imports?: (ready: Sop) => ReturnType<typeof SopModule.forRoot>) {
    const ready = createSop({ service: "accounts", logger: silent, ports: { host } });
    const AppModule: Type = class {};
    Module({
      imports: [imports?.(ready) ?? SopModule.forRoot(ready)],
      controllers: [ShopController],
      providers: [Cart, ...providers],
    })(AppModule);
    const app = await NestFactory.create(AppModule, adapter(), { logger: false, abortOnError: false });
    await app.listen(0, "127.0.0.1");
    onTestFinished(() => app.close());
    const url = await app.getUrl();
    const get = async (path: string) => {
      const response = await fetch(url + path);
      const text = await response.text();
      return { status: response.status, text, code: /"code":"(\w+)"/.exec(text)?.[1] };
    };
    return { get, ready, panics: () => ready.metrics().panics };
  }

  it("pipes, interceptors and request-scoped providers work as they did", async () => {
    const { get, panics } = await serve();
    const item = await get("/shop/items/7");
    expect(JSON.parse(item.text)).toEqual({ id: 7, route: "/shop/items/:id", url: "/shop/items/7" });
    expect((await get("/shop/items/seven")).status).toBe(400);
    expect(JSON.parse((await get("/shop/wrapped")).text)).toEqual({ wrapped: "bread" });
    expect((await get("/nowhere")).status).toBe(404);
    expect(panics()).toEqual({});
  });

  it("a handler's panic is answered with a 503 that tells nothing, and counted under its route", async () => {
    const { get, ready } = await serve();
    const { status, text, code } = await get("/shop/panic");
    expect({ status, code }).toEqual({ status: 503, code: "SOP_PANIC" });
    expect(text).not.toContain("secret");
    expect(ready.metrics().requests).toMatchObject([{ route: "/shop/panic", status: "503", count: 1 }]);
  });

  it("a guard that says no is a 403, one that fails is a panic", async () => {
    const { get, panics } = await serve();
    expect((await get("/shop/guarded/members")).text).toBe("members");
    expect((await get("/shop/guarded/forbidden")).status).toBe(403);
    expect(panics()).toEqual({});
    expect((await get("/shop/guarded/broken")).code).toBe("SOP_PANIC");
    expect(Object.values(panics())).toEqual([1]);
  });

  it("a global guard is covered as well", async () => {
    const { get } = await serve([{ provide: APP_GUARD, useClass: Members }]);
    expect((await get("/shop/wrapped?broken")).code).toBe("SOP_PANIC");
    expect((await get("/shop/wrapped?forbidden")).status).toBe(403);
  });

  it("Nest's own exceptions below 500 pass untouched", async () => {
    const { get, panics } = await serve();
    expect(await get("/shop/forbidden")).toMatchObject({ status: 403, text: expect.stringContaining("not yours") });
    expect(panics()).toEqual({});
  });

  it("the application's exception filters keep their answers: global ones, and those of a handler", async () => {
    const { get, panics } = await serve([{ provide: APP_FILTER, useClass: OutOfStockFilter }]);
    expect(await get("/shop/sold-out")).toMatchObject({ status: 409, text: '{"problem":"out of stock"}' });
    expect(await get("/shop/filtered")).toMatchObject({ status: 409, text: '{"problem":"out of stock"}' });
    expect(panics()).toEqual({});
    expect((await get("/shop/panic")).code).toBe("SOP_PANIC");
  });

  it("options may come from a factory", async () => {
    const { get, ready } = await serve([], (made) => SopModule.forRootAsync({ useFactory: async () => made }));
    expect((await get("/shop/panic")).code).toBe("SOP_PANIC");
    expect(ready.metrics().requests).toHaveLength(1);
  });
});
