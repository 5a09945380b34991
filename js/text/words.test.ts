import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fakeRecording } from "../testing/recordings";
import { EPOCHS } from "./places";
import {
  describeEpoch,
  describeEvent,
  describeIgnored,
  describeModel,
  describeOldBranch,
  describePosition,
  fill,
  grouped,
  languages,
  loss3,
  percent,
  rate,
  spoken,
  type Words,
  wordsFor,
} from "./words";

const { en, ko } = languages;
const keys = Object.keys(en) as (keyof Words)[];
const placeholders = (template: string) => (template.match(/\{\w+\}/g) ?? []).sort();

describe("the catalogues", () => {
  it("have the same keys in the same order", () => {
    expect(Object.keys(ko)).toEqual(keys);
  });

  it("have the same placeholders, which str.format accepts", () => {
    for (const key of keys) {
      expect(placeholders(ko[key]), key).toEqual(placeholders(en[key]));
      for (const text of [en[key], ko[key]]) expect(text.replace(/\{\w+\}/g, "")).not.toMatch(/[{}]/);
    }
  });

  it("have no empty and no untranslated texts", () => {
    for (const key of keys) {
      if (en[key].replace(/\{\w+\}/g, "").trim() === "U+") continue;
      expect(en[key]).not.toBe("");
      expect(ko[key], key).not.toBe(en[key]);
    }
  });

  it("have no unused keys, except those of the static picture and the chart", () => {
    const files = readdirSync(join(import.meta.dirname, ".."), { recursive: true, encoding: "utf8" });
    const sources = files
      .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".test.ts"))
      .map((name) => readFileSync(join(import.meta.dirname, "..", name), "utf8"))
      .join("\n");
    const reach = /^reach_(to|missing)_/;
    const computed = /^(event|until)_(all_correct|spike|diverged|lr|branch|epochs|loss)$|^(play|train|pause)$/;
    const network = /^(one|many)_to_(one|many)(_task)?$|^term_(from_input|from_state|tokens|biases)$/;
    const states = /^(state|about|map)_(hidden|cell|forget|input|candidate|output|update|reset)$/;
    const asked = /^ask_which_run_(first_all_correct|correct|loss)$/;
    const python = /^(picture|reference|label)_|^loss_axis$/;
    const places = /^(at|axis)_(step|token|epoch)$/;
    const code = /^code_not_/;
    const others = [computed, network, states, python, reach, asked, places, code];
    const unused = keys.filter((key) => !sources.includes(`words.${key}`) && !others.some((words) => words.test(key)));
    expect(unused).toEqual([]);
  });

  it("are Korean for Korean tags and English for all others", () => {
    expect(["ko", "ko-KR", "en-GB", "kok", ""].map((tag) => wordsFor(tag).lang)).toEqual([
      "ko",
      "ko",
      "en",
      "en",
      "en",
    ]);
  });
});

describe("fill", () => {
  it("replaces placeholders in any order, once each time they occur", () => {
    expect(fill("{b}{a}{b}", { a: 1, b: "{a}" })).toBe("{a}1{a}");
  });

  it("groups the digits of whole numbers, so those of every epoch, and of nothing else", () => {
    expect(fill("{a} {b} {c}", { a: 100_000, b: 1234.5678, c: "2026" })).toBe("100,000 1234.5678 2026");
    expect(describeEvent(ko, EPOCHS, { epoch: 59_999, kind: "spike" })).toContain("에폭 59,999:");
    expect(describeOldBranch(en, 1000, 99_999, null)).toBe("Epochs 1,000–99,999");
    expect(describeModel(en, { seed: 20_261 }, null)).toBe("seed 20261");
    expect(describeModel(en, { device: "cpu", trained_in_page: 0 }, null)).toBe("trained in a page");
    expect(describeModel(en, { trained_in_page: 120 }, null)).toBe("trained in a page from epoch 120");
    expect(describeModel(en, { trained_in_page: 120 }, null, 121)).toBe("trained in a page from epoch 120");
    expect(describeModel(en, { trained_in_page: 120 }, null, 120)).toBe("");
    expect(describeModel(en, { trained_in_page: 0 }, null, 0)).toBe("");
  });
});

describe("describeModel", () => {
  it("describes the classic model", () => {
    const classic = { model: "LSTM", hidden_size: 14, num_layers: 1, readout: false, parameters: 1680 };
    const metadata = { ...classic, optimizer: "adam", seed: 9, device: "cpu" };
    expect(describeModel(en, metadata, 0.1)).toBe(
      "14 hidden\u00a0· 1,680 parameters\u00a0· Adam, learning rate 0.1\u00a0· seed 9",
    );
    expect(describeModel(ko, metadata, 0.1)).toBe(
      "은닉 14\u00a0· 매개변수 1,680개\u00a0· Adam, 학습률 0.1\u00a0· 시드 9",
    );
  });

  it("includes unusual options and leaves out unknown ones", () => {
    const metadata = { hidden_size: 8, num_layers: 2, readout: true, window: 10, device: "cuda" };
    expect(describeModel(en, metadata, null)).toBe("2 × 8 hidden\u00a0· output layer\u00a0· windows of 10\u00a0· cuda");
    expect(describeModel(en, { hidden_size: 14, readout: false, forget_bias: 1.5 }, null)).toBe(
      "14 hidden\u00a0· forget bias 1.5",
    );
    expect(describeModel(en, {}, null)).toBe("");
  });
});

describe("descriptions", () => {
  const recording = fakeRecording({ epochs: 40, text: "ab b", learnedAt: (position) => (position === 0 ? 3 : -1) });

  it("of an epoch have score and loss", () => {
    expect(describeEpoch(en, recording, 5)).toBe(`epoch 5: 1 of 3 correct, loss ${loss3(recording.loss(5))}`);
    expect(describeEpoch(ko, recording, 5)).toContain("에폭 5: 3개 중 1개 맞음, 손실 ");
  });

  it("of a position have input, target and prediction", () => {
    expect(describePosition(en, recording, 1, -1)).toBe("Position 2 of 3: input b, target space");
    expect(describePosition(en, recording, 0, 5)).toMatch(
      /^Position 1 of 3: input a, target b: prediction b, correct, p\(target\) \d+\u202f%$/,
    );
    expect(describePosition(ko, recording, 1, 5)).toMatch(
      /^위치 2 \/ 3: 입력 b, 정답 공백: 예측 [ab], 틀림, p\(정답\) /,
    );
  });

  it("do not count ignored positions, and say so", () => {
    const padded = fakeRecording({ epochs: 40, text: "ab b", learnedAt: () => 0, ignored: [1] });
    expect(describeEpoch(en, padded, 5)).toContain("epoch 5: 2 of 2 correct, ");
    expect([en, ko].map((words) => describeIgnored(words, padded))).toEqual(["1 ignored", "1개 제외"]);
    expect(describeIgnored(en, recording)).toBe("");
    expect(describePosition(en, padded, 1, -1)).toBe(
      "Position 2 of 3: input b, ignored: no target here, so it does not count",
    );
    expect(describePosition(en, padded, 1, 5)).toBe(
      "Position 2 of 3: input b, prediction space, ignored: no target here, so it does not count",
    );
    expect(describePosition(ko, padded, 1, 5)).toMatch(/예측 공백, 제외: 정답이 없는 위치이므로 세지 않습니다$/);
  });

  it("of an event have its value if there is one", () => {
    const event = (kind: Parameters<typeof describeEvent>[2]["kind"], value?: number) =>
      describeEvent(en, EPOCHS, { epoch: 7, kind, ...(value === undefined ? {} : { value }) });
    expect(event("all_correct")).toBe("Epoch 7: all correct for the first time.");
    expect(event("spike", 3.2)).toBe("Epoch 7: loss spike.");
    expect(event("diverged")).toBe("Epoch 7: the loss is not finite.");
    expect([event("lr"), event("lr", 0.01)]).toEqual([
      "Epoch 7: learning rate changed.",
      "Epoch 7: learning rate changed to 0.01.",
    ]);
    expect([event("branch"), event("branch", 0.01)]).toEqual([
      "Epoch 7: branched.",
      "Epoch 7: branched, learning rate 0.01.",
    ]);
  });

  it("of an old branch have its learning rate if it is known", () => {
    expect(describeOldBranch(en, 3, 9, null)).toBe("Epochs 3–9");
    expect(describeOldBranch(en, 3, 9, 0.01)).toBe("Epochs 3–9, learning rate 0.01");
  });
});

describe("numbers", () => {
  it("have groups of three digits", () => {
    expect([grouped(999), grouped(1680), grouped(1234567)]).toEqual(["999", "1,680", "1,234,567"]);
  });

  it("of losses have three decimals, unless they are very large or not finite", () => {
    const losses = [1.6829, 0, 12345.6, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    expect(losses.map(loss3)).toEqual(["1.683", "0.000", "1.23e+4", "NaN", "∞", "−∞"]);
  });

  it("of learning rates have no rounding errors", () => {
    expect([0.1, 0.1 * 0.3, 1e-7].map(rate)).toEqual(["0.1", "0.03", "1e-7"]);
  });

  it("of small probabilities are not 0 %", () => {
    expect([0, 0.004, 0.316, 1].map(percent)).toEqual(["0\u202f%", "<\u202f1\u202f%", "32\u202f%", "100\u202f%"]);
  });
});

describe("spoken", () => {
  it("names invisible characters", () => {
    const tokens = [" ", "\n", "\t", "a", "\u200d"];
    expect(tokens.map((token) => spoken(token, en))).toEqual(["space", "newline", "tab", "a", "U+200D"]);
    expect(tokens.map((token) => spoken(token, ko))).toEqual(["공백", "줄 바꿈", "탭", "a", "U+200D"]);
  });
});
