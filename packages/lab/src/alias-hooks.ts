/** What the resolution of modules needs to know of an alias. */
export interface AliasSettings {
  readonly alias: Readonly<Record<string, string>>;
  /** URL of the service's entry file: the packages that stand in are found from there. */
  readonly base: string;
}

interface ResolveContext {
  readonly parentURL?: string | undefined;
}

let settings: AliasSettings | undefined;

/** Called by Node with what `module.register` was given. */
export function initialize(data: AliasSettings): void {
  settings = data;
}

/** Node's asynchronous resolve hook, for versions that have no synchronous one. */
export function resolve<C extends ResolveContext, R>(
  specifier: string,
  context: C,
  next: (specifier: string, context: C) => R,
): R {
  const target = settings && replacementOf(specifier, settings.alias);
  if (settings === undefined || target === undefined) return next(specifier, context);
  return next(target, { ...context, parentURL: settings.base });
}

/** `multer/lib/x` with `multer` replaced; `undefined` for a specifier that no alias is for. */
export function replacementOf(specifier: string, alias: AliasSettings["alias"]): string | undefined {
  const [first = "", second = ""] = specifier.split("/");
  const name = specifier.startsWith("@") ? `${first}/${second}` : first;
  return Object.hasOwn(alias, name) ? `${alias[name]}${specifier.slice(name.length)}` : undefined;
}
