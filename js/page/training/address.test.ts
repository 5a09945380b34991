import { describe, expect, it } from "vitest";
import { readAddress, writeAddress } from "./address";
import type { Settings } from "./settings";

const DEFAULT: Settings = { text: "abc", cell: "lstm", hiddenSize: null, output: false, lr: 0.1, seed: 0 };
const HARD: Settings = {
  ...{ text: "a+b & c=d\n#100 % 나는 🙂", cell: "gru", hiddenSize: 12 },
  ...{ output: true, lr: 1e-7, seed: 4294967295 },
};

describe("the address of a playground", () => {
  it.each([DEFAULT, HARD])("is read as it was written", (settings) => {
    const other: Settings = { text: "other", cell: "rnn", hiddenSize: 3, output: !settings.output, lr: 9, seed: 9 };
    const { settings: read, wrong } = readAddress(`#${writeAddress(settings)}`, other);
    expect(read).toEqual({ ...settings, hiddenSize: settings.hiddenSize ?? other.hiddenSize });
    expect(wrong).toEqual([]);
  });

  it("may say only some of the settings", () => {
    expect(readAddress("#cell=RNN&output=true", DEFAULT)).toEqual({
      settings: { ...DEFAULT, cell: "rnn", output: true },
      wrong: [],
    });
    expect(readAddress("", DEFAULT)).toEqual({ settings: DEFAULT, wrong: [] });
  });

  it("is ignored where it says what is not possible, and only there", () => {
    const { settings, wrong } = readAddress("#text=aa&cell=mlp&hidden=0&output=maybe&lr=-1&seed=7", DEFAULT);
    expect(settings).toEqual({ ...DEFAULT, seed: 7 });
    expect(wrong).toEqual(["text=aa", "cell=mlp", "output=maybe", "hidden=0", "lr=-1"]);
  });

  it("is not confused by names that objects have", () => {
    expect(readAddress("#output=constructor", DEFAULT).wrong).toEqual(["output=constructor"]);
    expect(readAddress("#constructor=1&%E0%A4%A=x", DEFAULT)).toEqual({ settings: DEFAULT, wrong: [] });
  });
});
