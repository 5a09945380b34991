import { describe, expect, it } from "vitest";
import { codeParts } from "./code-parts";

const of = (code: string, wanted: string) =>
  codeParts(code)
    .filter(({ kind }) => kind === wanted)
    .map(({ source }) => source);

describe("the parts of a program", () => {
  it("are the program together", () => {
    const code = '# a "comment"\nfrom torch import nn\ntext = \'it\\\'s # none\' + "\\""\nfor i in x:\n    pass # end';
    expect(
      codeParts(code)
        .map(({ source }) => source)
        .join(""),
    ).toBe(code);
  });

  it("are comments, up to the end of the line, also with quotes in them", () => {
    expect(of("# it's\nx = 1  # \"two\n", "comment")).toEqual(["# it's", '# "two']);
  });

  it("are texts with either quotes, in which nothing else is found", () => {
    expect(of('a = "if # \\" in" + \'שלום "\'', "text")).toEqual(['"if # \\" in"', "'שלום \"'"]);
    expect(of('a = "if # in"', "comment")).toEqual([]);
    expect(of('a = "if # in"', "keyword")).toEqual([]);
  });

  it("are keywords as whole words", () => {
    expect(of("index_of = [i for i in forward]", "keyword")).toEqual(["for", "in"]);
  });

  it("are none of an empty program", () => {
    expect(codeParts("")).toEqual([]);
  });
});
