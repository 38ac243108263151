import type { Fanout } from "../observe/fanout.js";
import type { Clock } from "../ports/clock.js";
import type { Host } from "../ports/host.js";
import type { Logger } from "../ports/logger.js";
import type { Context } from "../request/context.js";
import type { Lifecycle } from "../request/lifecycle.js";
import type { AdmissionPolicy } from "../request/policy.js";
import type { Reply } from "../request/reply.js";
import type { RequestContext } from "../request/request-context.js";
import { cut, INJECTED, mark, replyOf } from "./answer.js";
import type { Faults } from "./faults.js";
import type { FaultInjector } from "./injector.js";
import { type CompiledInjector, type FaultSettings, isBeforeHandler, mayInject, readInjectors } from "./options.js";
import { pause } from "./pause.js";

/** What faults need of the world around them. */
export interface FaultPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly fanout: Fanout;
  readonly host: Host;
  /** 0..1, 1 left out. */
  readonly random: () => number;
}

type Run = Lifecycle<never>["run"];

/** Where injectors are found; there only where faults may be injected. */
export class FaultRoom implements Faults {
  /** Asked before the handler: injectors of routes, and of every request. */
  readonly policy: AdmissionPolicy = { name: INJECTED, admit: (context) => this.#admit(context as Context) };
  readonly clock: Clock;
  readonly #ports: FaultPorts;
  /** Requests that were admitted, and are to begin later. */
  readonly #held = new WeakMap<RequestContext, CompiledInjector>();
  #injectors: readonly CompiledInjector[] = [];
  #places: ReadonlyMap<string, readonly CompiledInjector[]> = new Map();
  #hasRoutes = false;

  constructor(ports: FaultPorts, injectors: readonly CompiledInjector[]) {
    this.#ports = ports;
    this.clock = ports.clock;
    this.#use(injectors);
  }

  /** `undefined` without settings, and with one warning in production where it was not asked for twice. */
  static open(ports: FaultPorts, settings: FaultSettings | undefined): FaultRoom | undefined {
    if (settings === undefined) return undefined;
    if (mayInject(settings, ports.host.env)) return new FaultRoom(ports, settings.injectors);
    ports.log.warn(
      { allowInProduction: settings.allowInProduction, SOP_FAULTS: ports.host.env["SOP_FAULTS"] },
      "no fault is injected: in production that needs both faults.allowInProduction: true and SOP_FAULTS=on",
    );
    return undefined;
  }

  get injectors(): readonly FaultInjector[] {
    return this.#injectors.map(({ given }) => given);
  }

  replace(injectors: readonly FaultInjector[]): void {
    this.#use(readInjectors(injectors, this.#ports.random));
  }

  /** The injector that is for this place and this request, which is told of it; each call is one injection. */
  take(place: string, context: Context): CompiledInjector | undefined {
    const injector = this.#places.get(place)?.find(({ triggers }) => triggers.every((holds) => holds(context)));
    if (injector === undefined || context.answer || context.phase === "closed") return undefined;
    context.log.warn({ fault: place, mode: injector.mode }, "fault injected");
    this.#ports.fanout.emit("faultInjected", context, injector.given);
    return injector;
  }

  /**
   * `run`, but of a request that is to be delayed later. Adapters hand its result on or drop it, and so may get a promise of it. That of
   * a request that meanwhile was answered is never settled: nothing may go on with it.
   */
  holding(run: Run): Run {
    return <A extends unknown[], R>(context: RequestContext, fn: (...args: A) => R, ...args: A): R => {
      const injector = this.#held.get(context);
      if (injector === undefined) return run(context, fn, ...args);
      this.#held.delete(context);
      mark(context, injector);
      return new Promise<R>((resolve, reject) => {
        const begin = (isDue: boolean): void => {
          if (isDue) resolve(run(context, fn, ...args));
        };
        pause(this.clock, context as Context, injector.duration)
          .then(begin)
          .catch(reject);
      }) as R;
    };
  }

  #admit(context: Context): Reply | undefined {
    const ofRoute = this.#hasRoutes ? this.take(context.route, context) : undefined;
    const injector = ofRoute ?? this.take("*", context);
    if (injector === undefined) return undefined;
    if (injector.mode === "delay") {
      this.#held.set(context, injector);
      return undefined;
    }
    if (injector.mode === "abort") cut(context);
    return replyOf(context, injector);
  }

  #use(injectors: readonly CompiledInjector[]): void {
    const places = injectors.map(({ given }) => given.middleware);
    this.#injectors = injectors;
    this.#places = new Map(places.map((place) => [place, injectors.filter(({ given }) => given.middleware === place)]));
    this.#hasRoutes = places.some((place) => place !== "*" && isBeforeHandler(place));
    if (places.length > 0) this.#ports.log.warn({ faults: places }, "faults are injected");
  }
}
