import { describe, expect, it } from "vitest";
import { pageWordsFor } from "../../text/page-words";
import { FormState } from "./form-state";
import { DEFAULTS, type Settings } from "./settings";

const words = pageWordsFor("en");
const SETTINGS: Settings = { text: "hello", cell: "lstm", hiddenSize: null, output: false, lr: 0.1, seed: 0 };
const made = (refusal: string | null = null) => new FormState(SETTINGS, DEFAULTS, words, () => refusal);

describe("the form", () => {
  it("shows the problem of a field only once it was left", () => {
    const form = made();
    form.values.seed.value = "x";
    expect(form.shownProblem("seed")).toBeNull();
    form.leave("seed");
    expect(form.shownProblem("seed")).toContain("whole number");
    form.values.seed.value = "1";
    expect(form.shownProblem("seed")).toBeNull();
  });

  it("shows all problems when it is submitted, and names the first field", () => {
    const form = made();
    form.values.lr.value = "";
    form.values.seed.value = "";
    expect(form.submit()).toEqual({ field: "lr" });
    expect(form.shownProblem("seed")).not.toBeNull();
  });

  it("gives the run that it describes", () => {
    const form = made();
    form.values.text.value = "hihi";
    expect(form.submit()).toEqual({ options: { ...DEFAULTS, ...SETTINGS, text: "hihi" } });
    expect(form.tokens.value).toBe(2);
  });

  it("gives none that the page would not train", () => {
    const form = made("too large");
    expect(form.refusal.value).toBe("too large");
    expect(form.submit()).toEqual({ field: "text" });
  });

  it("forgets what was said about other settings", () => {
    const form = made();
    form.values.seed.value = "x";
    form.submit();
    form.said.value = "this is trained already";
    form.set({ ...SETTINGS, cell: "rnn" });
    expect(form.said.value).toBeNull();
    expect(form.shownProblem("seed")).toBeNull();
    expect(form.submit()).toMatchObject({ options: { cell: "rnn", seed: 0 } });
  });
});
