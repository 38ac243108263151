import { type ConfigSource, OptionError, type OptionProblem } from "@sop/core";
import { type ApolloSourceOptions, apolloSource } from "../sources/apollo.js";
import { type EnvSourceOptions, envSource } from "../sources/env.js";
import { type EtcdSourceOptions, etcdSource } from "../sources/etcd.js";
import { type FileSourceOptions, fileSource } from "../sources/file.js";
import { type HttpSourceOptions, httpSource } from "../sources/http.js";
import { type NatsSourceOptions, natsSource } from "../sources/nats.js";
import { type RedisSourceOptions, redisSource } from "../sources/redis.js";

/** One source as a configuration file names it; each checks the options that it is made of. */
const KINDS: Readonly<Record<string, (options: unknown) => ConfigSource>> = {
  file: (options) => {
    const { path, ...rest } = Object(options) as FileSourceOptions & { readonly path?: string };
    return fileSource(path ?? "", rest);
  },
  env: (options) => envSource(options as EnvSourceOptions),
  http: (options) => httpSource(options as HttpSourceOptions),
  etcd: (options) => etcdSource(options as EtcdSourceOptions),
  redis: (options) => redisSource(options as RedisSourceOptions),
  nats: (options) => natsSource(options as NatsSourceOptions),
  apollo: (options) => apolloSource(options as ApolloSourceOptions),
};

/** What the layer of the flags in code is called. */
const CODE = "code";

/** The sources of a list such as `[{ etcd: { endpoints, prefix } }]`. Throws `SOP_ERR_OPTION` that names every problem. */
export function readSources(list: unknown): ConfigSource[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw new OptionError([wrong("sources", list, "a list of sources")]);
  const problems: OptionProblem[] = [];
  const sources: ConfigSource[] = [];
  for (const [i, item] of list.entries()) {
    const [kind = "", ...others] = Object.keys(Object(item));
    const make = Object.hasOwn(KINDS, kind) && others.length === 0 ? KINDS[kind] : undefined;
    if (make === undefined) {
      const known = Object.keys(KINDS).join(", ");
      problems.push(wrong(`sources.${i}`, Object.keys(Object(item)), `one kind of source with its options: ${known}`));
      continue;
    }
    try {
      sources.push(make(Reflect.get(item, kind) ?? {}));
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      problems.push(
        ...error.problems.map((found) => ({ ...found, path: found.path.replace(/^\w+/, `sources.${i}.${kind}`) })),
      );
    }
  }
  if (problems.length > 0) throw new OptionError(problems);
  return sources;
}

/** Throws `SOP_ERR_OPTION` where two sources have one name: they would be one layer. */
export function checkDistinct(sources: readonly ConfigSource[]): void {
  // What is no source at all is told by who checks the list.
  const names = [CODE, ...sources.flatMap((source) => (Object(source) as Partial<ConfigSource>).name ?? [])];
  const twice = new Set(names.filter((name, i) => names.indexOf(name) !== i));
  if (twice.size === 0) return;
  throw new OptionError(
    [...twice].map((name) => wrong("sources", name, "a name of its own for each, by its option name")),
  );
}

function wrong(path: string, value: unknown, allowed: string): OptionProblem {
  return { path, value: JSON.stringify(value)?.slice(0, 80) ?? "nothing", allowed };
}
