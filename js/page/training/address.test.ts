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
    expect(readAddress("#constructor=1", DEFAULT)).toEqual({ settings: DEFAULT, wrong: ["constructor=1"] });
  });

  it("may be one that Python has made: what the page has is used, and the rest is named", () => {
    const link =
      "#epochscope=1&text=%20a%2Bb%20%F0%9F%99%82&cell=gru&output=1&hidden=8&lr=0.02&seed=9&epochs=150&optimizer=sgd" +
      "&lr@80=0.01&check=04c80d8e-624ef5fd&made=torch%202.13.0%2Bcpu,%20AVX512";
    expect(readAddress(link, DEFAULT)).toEqual({
      settings: { text: " a+b 🙂", cell: "gru", hiddenSize: 8, output: true, lr: 0.02, seed: 9 },
      wrong: ["epochs=150", "optimizer=sgd", "lr@80=0.01"],
    });
    expect(readAddress("#text=ab&hidden_size=7&readout=1&epochs=300", DEFAULT)).toEqual({
      settings: { ...DEFAULT, text: "ab", hiddenSize: 7, output: true },
      wrong: [],
    });
  });

  it("says little of an address that is long", () => {
    const many = Array.from({ length: 500 }, (_, i) => `x${i}=1`).join("&");
    expect(readAddress(`#${many}`, DEFAULT).wrong).toHaveLength(12);
    expect(readAddress(`#x=${"y".repeat(9_999)}`, DEFAULT).wrong).toEqual([`x=${"y".repeat(57)}…`]);
    expect(readAddress("#token=a&token=b&token=c", DEFAULT).wrong).toEqual(["token=a"]);
  });

  it("may name a theme, which is no setting", () => {
    expect(readAddress("#theme=dark", DEFAULT).wrong).toEqual([]);
  });
});
