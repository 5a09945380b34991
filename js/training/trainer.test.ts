import { describe, expect, it } from "vitest";
import type { OptimizerState } from "../network/optimizers";
import type { Parts } from "../player/decode";
import { torchPause } from "../testing/learning";
import { emptyRecords } from "../testing/recordings";
import { classic } from "../testing/training";
import { Refusal } from "./refusal";
import { Trainer } from "./trainer";
import type { Adopted } from "./types";

const { network, epochs, losses, alphabet } = torchPause;
const pause = epochs.at(-1) as number;

/** The first `count` epochs of a run of torch. */
function recorded(count: number): Parts {
  const records = emptyRecords(count, torchPause.inputs.length, alphabet.length);
  records.losses.set(losses.slice(0, count));
  records.lrs.fill(0.1);
  return {
    ...{ revision: 3, alphabet, separator: "", references: [], events: [], oldBranches: [], topk: 5, records },
    metadata: { model: "LSTM", source: "trainer", lr: 0.1 },
    positions: torchPause.inputs.length,
    inputs: Uint32Array.from(torchPause.inputs),
    targets: Uint32Array.from(torchPause.targets),
  };
}

const states: OptimizerState[] = [
  { steps: 0, moments: [] },
  { steps: pause, moments: torchPause.moments.map((moment) => Float32Array.from(moment)) },
];

const adopted = (count: number, more: Partial<Adopted> = {}): Adopted => ({
  ...{ parts: recorded(count), network, epochs, states },
  weights: torchPause.weights.map((weights) => Float32Array.from(weights)),
  optimizer: { kind: "adam" },
  ...more,
});

const relative = (trainer: Trainer, from: number) =>
  losses
    .slice(from, trainer.recording.epochs)
    .map((loss, i) => Math.abs(trainer.recording.loss(from + i) - loss) / loss);

/** What a call refuses. */
function refusal(call: () => unknown): string | null {
  try {
    call();
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

describe("a recording of torch", () => {
  it("goes on from its end as torch does, with the state of its optimizer", () => {
    const trainer = Trainer.adopt(adopted(pause + 3));
    while (trainer.recording.epochs < losses.length) trainer.train();
    const differences = relative(trainer, pause + 3);
    expect(differences.length).toBeGreaterThan(10);
    expect(Math.max(...differences)).toBeLessThan(1e-3);
    expect(trainer.recording.metadata).toMatchObject({ source: "page", trained_in_page: pause + 3, model: "LSTM" });
    trainer.rewind(pause + 1);
    expect(trainer.recording.metadata.trained_in_page).toBeUndefined();
  });

  it("goes on from its first epoch as torch does, also without the state of an optimizer", () => {
    const trainer = Trainer.adopt(adopted(pause, { states: null, epochs: [0] }));
    trainer.rewind(0);
    while (trainer.recording.epochs < 15) trainer.train();
    expect(Math.max(...relative(trainer, 0))).toBeLessThan(1e-4);
    expect(trainer.recording.metadata.trained_in_page).toBe(0);
  });

  it("is rewound to an epoch that is repeated from known weights", () => {
    const trainer = Trainer.adopt(adopted(pause + 10));
    trainer.rewind(pause + 4);
    expect(trainer.recording.epochs).toBe(pause + 4);
    trainer.train();
    expect(Math.max(...relative(trainer, pause + 4))).toBeLessThan(1e-3);
  });

  it("is not rewound where repeating it would give something else", () => {
    const trainer = Trainer.adopt(adopted(pause + 10, { states: null }));
    expect(refusal(() => trainer.rewind(pause + 4))).toBe("refused_epoch");
    expect(refusal(() => trainer.rewind(pause + 1))).toBe("refused_epoch"); // only the loss after it differs
    expect(trainer.recording.epochs).toBe(pause + 10);
    trainer.rewind(pause);
    expect(trainer.recording.epochs).toBe(pause);
    trainer.train();
    expect(trainer.recording.loss(pause)).toBeCloseTo(losses[pause] as number, 4);
  });

  it("does not go on if the weights near its end are not known", () => {
    const trainer = Trainer.adopt(adopted(pause + 10, { states: null }));
    expect(refusal(() => trainer.train())).toBe("refused_epoch");
    expect(refusal(() => trainer.branch(pause + 5, 0.1))).toBe("refused_epoch");
    expect(refusal(() => Trainer.adopt(adopted(30, { epochs: [pause], states: null })).rewind(3))).toBe(
      "refused_epoch",
    );
  });

  it("has the weights of the epochs that it repeats", () => {
    const trainer = Trainer.adopt(adopted(pause + 10));
    const known = adopted(1).weights;
    expect(trainer.weightsAt(pause)).toEqual(known[1]);
    const later = trainer.weightsAt(pause + 3);
    expect(later).not.toBeNull();
    expect(later).not.toEqual(known[1]);
    trainer.rewind(pause + 3);
    trainer.train();
    expect(trainer.weightsAt(pause + 3)).toEqual(later);
    expect(Trainer.adopt(adopted(pause + 10, { states: null })).weightsAt(pause + 3)).toBeNull();
  });

  it("branches with another learning rate and stays as it is", () => {
    const trainer = Trainer.adopt(adopted(pause + 10));
    const branch = trainer.branch(pause + 2, 0.01);
    branch.train();
    branch.train();
    expect(trainer.recording.epochs).toBe(pause + 10);
    expect(branch.recording.lr(pause + 2)).toBe(0.01);
    expect(Math.max(...relative(branch, pause + 2).slice(0, 1))).toBeLessThan(1e-3);
    expect(branch.recording.loss(pause + 3)).not.toBeCloseTo(losses[pause + 3] as number, 6);
    expect(branch.branches).toEqual([pause + 2]);
    expect(branch.weightsAt(pause + 2)).toEqual(trainer.weightsAt(pause + 2));
    expect(branch.weightsAt(pause + 3)).not.toEqual(trainer.weightsAt(pause + 3));
    branch.rewind(pause + 1);
    expect([branch.lr, branch.branches]).toEqual([0.1, []]);
  });

  it("starts anew from its own first weights, or with those of a seed", () => {
    const trainer = Trainer.adopt(adopted(pause + 10));
    const restarted = trainer.restarted(null);
    restarted.train();
    expect(restarted.recording.loss(0)).toBeCloseTo(losses[0] as number, 6);
    const other = trainer.restarted(9);
    other.train();
    expect(other.recording.loss(0)).not.toBeCloseTo(losses[0] as number, 6);
    expect(other.recording.metadata).toMatchObject({ seed: 9, trained_in_page: 0 });
  });
});

describe("a recording that was trained otherwise", () => {
  it("says so where the recorded loss is not that of its weights", () => {
    const other = adopted(pause + 10);
    other.parts.records.losses[pause] = 3.5;
    expect(refusal(() => Trainer.adopt(other).rewind(pause))).toBe("refused_differs");
    expect(refusal(() => Trainer.adopt(other).train())).toBe("refused_differs");
    expect(refusal(() => Trainer.adopt(other).rewind(0))).toBeNull();
  });

  it("goes on with the optimizer of the page, and names it", () => {
    const other = adopted(pause + 1, { states: null });
    const { metadata } = other.parts;
    metadata.optimizer = "RMSprop";
    const trainer = Trainer.adopt(other);
    expect(trainer.recording.metadata.optimizer).toBe("RMSprop");
    trainer.train();
    expect(trainer.recording.metadata).toMatchObject({ optimizer: "Adam", trained_in_page: pause + 1 });
    expect(trainer.restarted(3).recording.metadata.optimizer).toBe("Adam");
  });

  it("does not branch where no weights are known", () => {
    const late = adopted(pause + 10, { epochs: [pause] });
    late.weights = late.weights.slice(1);
    late.states = states.slice(1);
    expect(refusal(() => Trainer.adopt(late).branch(3, 0.1))).toBe("refused_epoch");
  });
});

describe("a run from scratch", () => {
  it("has weights of its own in each branch", () => {
    const trainer = Trainer.begin(classic);
    for (let epoch = 0; epoch < 12; epoch++) trainer.train();
    const branch = trainer.branch(5, 0.001);
    for (let epoch = 5; epoch < 12; epoch++) branch.train();
    expect(branch.weightsAt(5)).toEqual(trainer.weightsAt(5));
    expect(branch.weightsAt(9)).not.toEqual(trainer.weightsAt(9));
  });

  it("has the hidden size of the alphabet without an output layer", () => {
    expect(Trainer.begin({ ...classic, hiddenSize: 5 }).shape.layers[0]?.hidden_size).toBe(14);
    expect(Trainer.begin({ ...classic, hiddenSize: 5, output: true }).shape.layers[0]?.hidden_size).toBe(5);
  });

  it("has the weights of every epoch, also of those between two snapshots", () => {
    const trainer = Trainer.begin({ ...classic, optimizer: { kind: "sgd", momentum: 0.9 } });
    for (let epoch = 0; epoch < 20; epoch++) trainer.train();
    const weights = Array.from({ length: 20 }, (_, epoch) => trainer.weightsAt(epoch));
    expect(new Set(weights.map(String)).size).toBe(20);
  });

  it("records what it computes", () => {
    const trainer = Trainer.begin(classic);
    const loss = trainer.train();
    const { recording } = trainer;
    const mean = Array.from({ length: 23 }, (_, position) => recording.positionLoss(0, position)).reduce(
      (a, b) => a + b,
    );
    expect(recording.loss(0)).toBe(loss);
    expect(mean / 23).toBeCloseTo(loss, 3);
    expect(recording.lr(0)).toBe(0.1);
    expect(recording.references.map(({ kind }) => kind)).toContain("uniform");
  });
});

describe("a run from scratch", () => {
  const options = { ...classic, embedding: 3, layers: 2 };

  it("has the biases, the nonlinearity and the precision that were asked for", () => {
    const trainer = Trainer.begin({ ...options, cell: "rnn", nonlinearity: "relu", bias: false, dtype: "float64" });
    const layer = { cell: "rnn", hidden_size: 14, bias: false, nonlinearity: "relu" };
    expect(trainer.shape).toMatchObject({ dtype: "float64", layers: [layer, layer] });
    expect(trainer.weightsAt(0)).toBeInstanceOf(Float64Array);
    expect(Number.isFinite(trainer.train())).toBe(true);
    expect(Trainer.begin({ ...options, nonlinearity: "relu", output: true, bias: false }).shape).toMatchObject({
      ...{ layers: [{ nonlinearity: "tanh" }, {}], output: { bias: false } },
    });
  });

  it("adds the forget bias where there are forget gates, also when it begins again", () => {
    const [plain, biased] = [0, 2].map((forgetBias) => Trainer.begin({ ...classic, forgetBias })) as [Trainer, Trainer];
    const added = (a: Trainer, b: Trainer) => {
      const [before, after] = [a.weightsAt(0) ?? [], b.weightsAt(0) ?? []];
      return Array.from(after, (weight, i) => weight - (before[i] as number)).filter((each) => Math.abs(each) > 1e-6);
    };
    expect(added(plain, biased).map(Math.round)).toEqual(Array.from({ length: 14 }, () => 2));
    expect(added(plain.restarted(5), biased.restarted(5))).toHaveLength(14);
    expect([plain.recording.metadata.forget_bias, biased.recording.metadata.forget_bias]).toEqual([undefined, 2]);
    expect(Trainer.begin({ ...classic, cell: "gru", forgetBias: 2 }).recording.metadata.forget_bias).toBeUndefined();
  });
});
