/** Imports an optional package when it is first needed. Rejects with what to install where it is not there. */
export async function peer<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code } = Object(error) as { code?: unknown };
    if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") throw error;
    throw new Error(`this source needs the package ${name}: npm install ${name}`, { cause: error });
  }
}
