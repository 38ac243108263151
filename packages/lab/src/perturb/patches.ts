import { AsyncLocalStorage } from "node:async_hooks";
import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";
import { basename } from "node:path";
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import { markOwnFile } from "@sop/core";
import type { Scheduler } from "./scheduler.js";

markOwnFile();

// biome-ignore lint/suspicious/noExplicitAny: functions of Node's, whatever their parameters are.
type AnyFunction = (this: any, ...args: any[]) => any;

const ofRun = new AsyncLocalStorage<Scheduler>();
let ofProcess: Scheduler | undefined;
let isPatched = false;

/** Runs `fn`: what it starts is up to `scheduler`. */
export function perturbed<R>(scheduler: Scheduler, fn: () => R): R {
  patch();
  return ofRun.run(scheduler, fn);
}

/** From now on what this process starts is up to `scheduler`; `undefined`: no longer. */
export function perturbProcess(scheduler: Scheduler | undefined): void {
  patch();
  ofProcess = scheduler;
}

function current(): Scheduler | undefined {
  return ofRun.getStore() ?? ofProcess;
}

/** Files take some time: less than most timers. */
const FILE = 1;
const FILES = [
  ...["access", "appendFile", "copyFile", "lstat", "mkdir", "open", "readFile", "readdir", "rename", "rm", "rmdir"],
  ...["stat", "symlink", "truncate", "unlink", "utimes", "writeFile"],
];

/** Puts functions of Node's own in the place of others, once: without a scheduler they do what they always did. */
function patch(): void {
  if (isPatched) return;
  isPatched = true;
  patchTimers();
  for (const name of FILES) {
    replace(fs, name, (original) => withCallback(name, original));
    replace(fs.promises, name, (original) => withPromise(name, original));
  }
  for (const { Server } of [http, https]) replace(Server.prototype, "emit", requests);
  replace(Socket.prototype, "push", data);
  syncBuiltinESMExports();
}

function replace(holder: object, name: string, make: (original: AnyFunction) => AnyFunction): void {
  const original: unknown = Reflect.get(holder, name);
  if (typeof original !== "function") return;
  const made = make(original as AnyFunction);
  for (const key of Reflect.ownKeys(original)) {
    const own = Object.getOwnPropertyDescriptor(original, key);
    if (own && key !== "prototype") Object.defineProperty(made, key, own);
  }
  Reflect.set(holder, name, made);
}

interface Handle {
  close(): unknown;
}

const cancels = new WeakMap<object, () => void>();

function patchTimers(): void {
  const timeout = (original: AnyFunction): AnyFunction =>
    function setTimeout(callback: unknown, ms: unknown, ...args: unknown[]): unknown {
      const scheduler = current();
      if (!scheduler || typeof callback !== "function") return original(callback, ms, ...args);
      const delay = Math.max(1, Number(ms) || 1);
      const add = () => scheduler.add("timer", `setTimeout ${delay} ms`, delay, setTimeout);
      let pending: ReturnType<typeof add> | undefined = add();
      // A timer that was refreshed comes again.
      const handle: Handle = original(() => {
        const due = pending ?? add();
        pending = undefined;
        due.ready(() => callback.apply(handle, args));
      }, ms);
      cancels.set(handle, () => pending?.cancel());
      return handle;
    };
  const clear = (original: AnyFunction): AnyFunction =>
    function clearTimeout(handle: unknown): unknown {
      if (typeof handle === "object" && handle !== null) cancels.get(handle)?.();
      return original(handle);
    };
  const immediate = (original: AnyFunction): AnyFunction =>
    function setImmediate(callback: unknown, ...args: unknown[]): unknown {
      const scheduler = current();
      if (!scheduler || typeof callback !== "function") return original(callback, ...args);
      const pending = scheduler.add("immediate", "setImmediate", 0, setImmediate);
      const handle: object = original(() => pending.ready(() => callback(...args)));
      cancels.set(handle, () => pending.cancel());
      return handle;
    };
  for (const holder of [globalThis, timers]) {
    replace(holder, "setTimeout", timeout);
    replace(holder, "clearTimeout", clear);
    replace(holder, "setImmediate", immediate);
    replace(holder, "clearImmediate", clear);
  }
  replace(timersPromises, "setTimeout", (original) =>
    promised("timer", "setTimeout", original, (args) => Number(args[0]) || 1),
  );
  replace(timersPromises, "setImmediate", (original) => promised("immediate", "setImmediate", original, () => 0));
}

function promised(
  kind: "timer" | "immediate" | "file",
  name: string,
  original: AnyFunction,
  delayOf: (args: readonly unknown[]) => number,
): AnyFunction {
  return function called(...args: unknown[]): Promise<unknown> {
    const scheduler = current();
    if (!scheduler) return original.apply(this, args);
    const delay = delayOf(args);
    const pending = scheduler.add(kind, kind === "timer" ? `${name} ${delay} ms` : nameOf(name, args), delay, called);
    return new Promise((resolve, reject) => {
      original.apply(this, args).then(
        (value: unknown) => pending.ready(() => resolve(value)),
        (error: unknown) => pending.ready(() => reject(error)),
      );
    });
  };
}

function withPromise(name: string, original: AnyFunction): AnyFunction {
  return promised("file", name, original, () => FILE);
}

function withCallback(name: string, original: AnyFunction): AnyFunction {
  return function called(...args: unknown[]): unknown {
    const scheduler = current();
    const callback = args.at(-1);
    if (!scheduler || typeof callback !== "function") return original.apply(this, args);
    const pending = scheduler.add("file", nameOf(name, args), FILE, called);
    args[args.length - 1] = (...results: unknown[]) => pending.ready(() => callback(...results));
    try {
      return original.apply(this, args);
    } catch (error) {
      pending.cancel();
      throw error;
    }
  };
}

function nameOf(name: string, [path]: readonly unknown[]): string {
  return typeof path === "string" ? `${name} ${basename(path)}` : name;
}

/** A request that arrived is given to the application in its turn. */
function requests(original: AnyFunction): AnyFunction {
  return function emit(event: unknown, ...args: unknown[]): unknown {
    const scheduler = event === "request" ? current() : undefined;
    if (!scheduler) return original.call(this, event, ...args);
    const { method, url } = Object(args[0]) as { readonly method?: unknown; readonly url?: unknown };
    scheduler
      .add("request", `${method} ${String(url).split("?", 1)[0]}`, 0)
      .ready(() => original.call(this, event, ...args));
    return true;
  };
}

const queues = new WeakMap<object, (() => void)[]>();

/** Bytes that arrived are given to their reader in their turn; those of one socket stay in their order. */
function data(original: AnyFunction): AnyFunction {
  return function push(chunk: unknown, ...args: unknown[]): unknown {
    const scheduler = current();
    const queue = queues.get(this);
    if (!scheduler && !queue) return original.call(this, chunk, ...args);
    const give = (): void => {
      if (!this.destroyed) original.call(this, chunk, ...args);
    };
    if (queue) {
      queue.push(give);
      return true;
    }
    const waiting = [give];
    queues.set(this, waiting);
    const size = chunk instanceof Uint8Array ? `${chunk.length} bytes` : "end";
    scheduler?.add("data", `${size} of a connection`, 0).ready(() => {
      queues.delete(this);
      for (const next of waiting) next();
    });
    return true;
  };
}
