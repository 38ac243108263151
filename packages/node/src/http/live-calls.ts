import type { Outgoing, OutgoingFinding, RequestContext, Sop } from "@sop/core";
import { AgentQueues } from "./agent-queues.js";
import { StackBudget } from "./call-site.js";
import { type CallGauges, type CallObserver, lendCalls } from "./calls.js";
import type { ClientCall, LiveCall, Owner } from "./live-call.js";
import type { WatchSettings } from "./options.js";
import { type CallOutcome, outcomeOf } from "./outcome.js";
import { Told } from "./told.js";

const MAX_CALLS = 10_000;
const SWEEP = 1_000;
/** Milliseconds for which a call may go on after its request: the abort has to reach it. */
const GRACE = 1_000;
const SWITCHING_PROTOCOLS = 101;
const TOO_MANY_REQUESTS = 429;
const MAX_FAILED = 100;
/** So many calls are looked at for a reading of the gauges; the oldest come first. */
const MAX_LOOK = 1_000;

/** The calls on their way: they are measured when they end, and looked at once a second while they do not. */
export class LiveCalls {
  /** Where calls wait that nothing was told of yet. */
  readonly queues: AgentQueues = new AgentQueues();
  readonly #outgoing: Outgoing;
  readonly #settings: WatchSettings;
  readonly #calls = new Map<object, LiveCall>();
  readonly #owners = new WeakMap<RequestContext, Owner>();
  readonly #budget = new StackBudget();
  readonly #told = new Told();
  readonly #observers: ReadonlySet<CallObserver>;
  readonly #takeBack: () => void;
  /** Told of, with a body that is still left alone. They keep nothing alive: an answer that is collected is no longer unread. */
  readonly #abandoned = new Set<WeakRef<LiveCall>>();
  readonly #abandonedBy = new WeakMap<object, LiveCall>();
  readonly #gauges: CallGauges = { inFlight: 0, oldest: 0, queued: 0, unread: 0 };
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(sop: Sop, settings: WatchSettings) {
    this.#outgoing = sop.outgoing;
    this.#settings = settings;
    const lent = lendCalls(sop, () => this.#readGauges());
    this.#observers = lent.observers;
    this.#takeBack = () => lent.stop();
  }

  /** A call is made, now and in this stack. `token`: what its later events are about. */
  started(token: object, view: ClientCall, context: RequestContext | undefined): void {
    const { isFetching } = this.#outgoing;
    const now = performance.now();
    const { host, key } = view;
    if (!isFetching) this.#outgoing.started({ host, key, context });
    if (this.#calls.size >= MAX_CALLS) return;
    const site = this.#budget.take(host, now);
    const owner = context && this.#ownerOf(context);
    const call: LiveCall = {
      view,
      host,
      key,
      context,
      site,
      owner,
      isRetry: owner?.failed?.has(key) ?? false,
      isOurs: isFetching,
      startedAt: now,
      phase: "waiting",
      unreadSince: undefined,
    };
    this.#calls.set(token, call);
    this.#waiting++;
    for (const observer of this.#observers) observer.started?.(call);
    this.#timer ??= setInterval(() => this.#sweep(performance.now()), SWEEP).unref();
  }

  /** The head of the answer came. */
  answered(token: object, status: number): void {
    const call = this.#calls.get(token);
    // An early hint is followed by the head.
    if (!call || (status < 200 && status !== SWITCHING_PROTOCOLS)) return;
    if (call.phase === "waiting") this.#judge(call, performance.now());
    const isFirst = call.phase !== "answered";
    call.phase = "answered";
    this.#measure(call, status);
    if (isFirst) this.#end(call, status, "answered");
  }

  /** It failed, or its answer is complete. */
  ended(token: object, error?: unknown): void {
    const abandoned = this.#abandonedBy.get(token);
    if (abandoned) abandoned.phase = "over";
    const call = this.#calls.get(token);
    if (!call) return;
    this.#calls.delete(token);
    const outcome = outcomeOf(error, call, performance.now() - call.startedAt);
    if (call.phase !== "answered") {
      this.#measure(call, 0);
      this.#end(call, 0, outcome);
    } else if (error !== undefined) {
      for (const observer of this.#observers) observer.cut?.(call, outcome);
    }
  }

  /** What is known of a call; its client has more to add. */
  get(token: object): ClientCall | undefined {
    return this.#calls.get(token)?.view;
  }

  /** A request ended. */
  closed(context: RequestContext): void {
    const owner = this.#owners.get(context);
    if (owner) owner.endedAt = performance.now();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#calls.clear();
    this.#abandoned.clear();
    this.#waiting = 0;
    this.#takeBack();
  }

  #ownerOf(context: RequestContext): Owner {
    const known = this.#owners.get(context);
    if (known) return known;
    const owner: Owner = { endedAt: Number.POSITIVE_INFINITY, failed: undefined };
    this.#owners.set(context, owner);
    return owner;
  }

  #measure(call: LiveCall, status: number): void {
    if (!call.isOurs) this.#outgoing.ended(call, status, performance.now() - call.startedAt);
  }

  #end(call: LiveCall, status: number, outcome: CallOutcome): void {
    this.#waiting--;
    if (call.owner && (status === 0 || status >= 500 || status === TOO_MANY_REQUESTS)) {
      call.owner.failed ??= new Set();
      if (call.owner.failed.size < MAX_FAILED) call.owner.failed.add(call.key);
    }
    const milliseconds = performance.now() - call.startedAt;
    for (const observer of this.#observers) observer.ended?.(call, status, outcome, milliseconds);
  }

  #readGauges(): CallGauges {
    const gauges = this.#gauges;
    gauges.inFlight = this.#waiting;
    gauges.oldest = 0;
    gauges.queued = 0;
    gauges.unread = this.#abandoned.size;
    let looked = 0;
    for (const { phase, startedAt, unreadSince, view } of this.#calls.values()) {
      if (++looked > MAX_LOOK) break;
      if (phase === "answered") {
        if (unreadSince !== undefined) gauges.unread++;
        continue;
      }
      if (gauges.oldest === 0) gauges.oldest = performance.now() - startedAt;
      if (view.isQueued()) gauges.queued++;
    }
    this.queues.addTo(gauges, performance.now());
    return gauges;
  }

  #sweep(now: number): void {
    for (const ref of this.#abandoned) {
      const call = ref.deref();
      if (!call || call.phase === "over" || call.view.isOver()) this.#abandoned.delete(ref);
    }
    for (const [token, call] of this.#calls) {
      if (call.view.isOver()) this.ended(token);
      else if (call.phase === "waiting") this.#judge(call, now);
      else if (call.phase === "answered") this.#lookAtBody(token, call, now);
    }
    if (this.#calls.size > 0 || this.#abandoned.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Whether a call that waits, or has waited, is bounded; each is told at most once. */
  #judge(call: LiveCall, now: number): void {
    if (call.isOurs || call.view.isBounded(call.site)) return;
    const seen = this.#evidence(call, now);
    if (!seen) return;
    call.phase = "told";
    this.#outgoing.withoutDeadline(call.host);
    this.#tell(call, now, (about) => ({ kind: "unbounded_call", seen, ...about }));
  }

  #evidence({ view, site, owner, startedAt }: LiveCall, now: number) {
    if (view.showsBounds && site?.isDirect) return "no_timeout";
    if (owner && now >= owner.endedAt + GRACE) return "outlived_request";
    return now - startedAt >= this.#settings.longest ? "long_wait" : undefined;
  }

  #lookAtBody(token: object, call: LiveCall, now: number): void {
    if (!call.view.isUnread()) call.unreadSince = undefined;
    else call.unreadSince ??= now;
    if (now - (call.unreadSince ?? now) < this.#settings.unread) return;
    // It may stay so for ever: it is only counted from now on, and not held.
    this.#calls.delete(token);
    this.#abandonedBy.set(token, call);
    if (this.#abandoned.size < MAX_CALLS) this.#abandoned.add(new WeakRef(call));
    this.#tell(call, now, (about) => ({ kind: "unconsumed_body", ...about }));
  }

  #tell(call: LiveCall, now: number, make: (about: About) => OutgoingFinding): void {
    const { host, startedAt, view, context } = call;
    const site = call.site?.frame;
    const finding = make({ host, client: view.client, site, route: context?.route, age: now - startedAt });
    if (this.#told.isFirst(finding.kind, site, host)) this.#outgoing.found(finding);
  }
}

type About = Pick<Extract<OutgoingFinding, { kind: "unconsumed_body" }>, "host" | "client" | "site" | "route" | "age">;
