import { beginPerturbation, readPerturbation } from "./perturb/of-process.js";

type Hook = (fn: () => void) => void;

// A setup file of vitest: each test is perturbed while it runs, and vitest itself is not.
const { beforeEach, afterEach } = globalThis as unknown as { readonly beforeEach: Hook; readonly afterEach: Hook };
const settings = readPerturbation(process.env);
if (settings?.what === "test") {
  let end = (): void => {};
  beforeEach(() => {
    end = beginPerturbation(settings);
  });
  afterEach(() => end());
}
