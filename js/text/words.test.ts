import { describe, expect, it } from "vitest";
import { grouped, languages, loss3, percent, rate, spoken, wordsFor } from "./words";

const { en, ko } = languages;

describe("words", () => {
  it("has the same keys in both languages, all of the same kind", () => {
    expect(Object.keys(ko)).toEqual(Object.keys(en));
    for (const key of Object.keys(en) as (keyof typeof en)[]) expect(typeof ko[key]).toBe(typeof en[key]);
  });

  it("leaves no sentence empty and none untranslated", () => {
    for (const key of Object.keys(en) as (keyof typeof en)[]) {
      const [english, korean] = [en[key], ko[key]];
      if (typeof english !== "string") continue;
      expect(english).not.toBe("");
      expect(korean, key).not.toBe(english);
    }
  });

  it("speaks Korean for Korean tags and English for all others", () => {
    expect(wordsFor("ko").lang).toBe("ko");
    expect(wordsFor("ko-KR").lang).toBe("ko");
    expect(wordsFor("en-GB").lang).toBe("en");
    expect(wordsFor("kok").lang).toBe("en");
    expect(wordsFor("").lang).toBe("en");
  });

  it("describes the classic model in one line", () => {
    const about = {
      model: "LSTM",
      hidden_size: 14,
      num_layers: 1,
      readout: false,
      parameters: 1680,
      optimizer: "adam",
    };
    const line = "14 hidden\u00a0· 1\u202f680 parameters\u00a0· Adam, learning rate 0.1\u00a0· seed 9";
    expect(en.model({ ...about, seed: 9, device: "cpu" }, 0.1)).toBe(line);
    expect(ko.model({ ...about, seed: 9 }, 0.1)).toBe(
      "은닉 14\u00a0· 매개변수 1\u202f680개\u00a0· Adam, 학습률 0.1\u00a0· 시드 9",
    );
  });

  it("names what is out of the ordinary and leaves out what is not known", () => {
    const about = { hidden_size: 8, num_layers: 2, readout: true, window: 10, device: "cuda" };
    expect(en.model(about, null)).toBe("2 × 8 hidden\u00a0· readout\u00a0· windows of 10\u00a0· cuda");
    expect(en.model({}, null)).toBe("");
  });

  it("sums an epoch up", () => {
    expect(en.summary(184, 16, 23, 1.6829)).toBe("epoch 184: 16 of 23 right, loss 1.683");
  });

  it("has a word for every kind of event, with and without its value", () => {
    for (const words of [en, ko]) {
      for (const kind of ["all_right", "spike", "non_finite", "lr", "branch"] as const) {
        expect(words.event({ epoch: 1, kind })).toBeTruthy();
        expect(words.event({ epoch: 1, kind, value: 0.01 })).not.toContain("undefined");
      }
    }
  });
});

describe("numbers", () => {
  it("groups thousands", () => {
    expect([grouped(999), grouped(1680), grouped(1234567)]).toEqual(["999", "1\u202f680", "1\u202f234\u202f567"]);
  });

  it("writes losses with three digits, however large, small or infinite", () => {
    expect([1.6829, 0, 12345.6, Number.NaN, Number.POSITIVE_INFINITY].map(loss3)).toEqual([
      "1.683",
      "0.000",
      "1.23e+4",
      "NaN",
      "∞",
    ]);
  });

  it("writes rates without noise", () => {
    expect([0.1, 0.1 * 0.3, 1e-7].map(rate)).toEqual(["0.1", "0.03", "1e-7"]);
  });

  it("does not call a small chance none", () => {
    expect([0, 0.004, 0.316, 1].map(percent)).toEqual(["0\u202f%", "<\u202f1\u202f%", "32\u202f%", "100\u202f%"]);
  });
});

describe("spoken", () => {
  it("names what cannot be heard", () => {
    expect([" ", "\n", "\t", "a", "\u200d"].map((token) => spoken(token, en))).toEqual([
      "space",
      "newline",
      "tab",
      "a",
      "character 200D",
    ]);
  });
});
