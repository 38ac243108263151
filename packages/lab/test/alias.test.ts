import { describe, expect, it } from "vitest";
import { parseAlias } from "../src/index.ts";

describe("an alias in text", () => {
  it("is a list of pairs", () => {
    expect(parseAlias("multer=multer-fixed, @a/b=@c/d")).toEqual({ multer: "multer-fixed", "@a/b": "@c/d" });
    expect(parseAlias("")).toEqual({});
  });

  it.each(["multer", "multer=", "=x", "a=b=c", "a=../b", "a=/etc", "a=b,b=c"])("%s is none", (text) => {
    expect(() => parseAlias(text)).toThrow(expect.objectContaining({ code: "SOP_ERR_OPTION" }));
  });
});
