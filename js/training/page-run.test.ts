import { describe, expect, it } from "vitest";
import { emptyRecords } from "../testing/recordings";
import { classic, words } from "../testing/training";
import { emptyParts } from "./from-scratch";
import { PageRun } from "./page-run";
import { Trainer } from "./trainer";

/** A recording of 10 epochs with an older branch, that goes on. */
function continued() {
  const first = Trainer.begin(classic);
  for (let epoch = 0; epoch < 10; epoch++) first.train();
  const parts = {
    ...emptyParts(classic),
    metadata: { model: "LSTM", source: "trainer" },
    records: first.recording.fork(10).rows(0, 10),
    oldBranches: [{ id: 0, start: 6, losses: Float64Array.of(1, 2), lr: 0.1 }],
  };
  const epochs = [0, 9];
  const weights = epochs.map((epoch) => first.weightsAt(epoch) as Float32Array);
  const network = first.shape;
  return Trainer.adopt({ parts, network, epochs, weights, optimizer: { kind: "adam" }, states: null });
}

const headersOf = (run: PageRun) =>
  run.messages().flatMap((message) => (message.kind === "chunk" ? [message.chunk.header] : []));

describe("a recording that goes on", () => {
  it("keeps its older branches, up to a cut before them", () => {
    const run = new PageRun(continued(), 0, 300, words);
    const [first] = run.messages();
    expect(first?.kind === "recording" && first.parts.oldBranches.map(({ id }) => id)).toEqual([0]);
    run.carryOut({ command: "branch", epoch: 0, lr: 0.01 });
    const [header] = headersOf(run);
    expect(header?.old_branches).toEqual([{ id: 1, start: 0, count: 10, lr: 0.1 }]);
    run.carryOut({ command: "switch_to", branch: 0 });
    const status = run.messages().at(-1);
    expect(status?.kind === "status" && status.status.message).toContain("its weights are not in this page");
    expect(run.epochs).toBe(0);
  });

  it("says that it is trained in the page with its first epoch there", () => {
    const run = new PageRun(continued(), 0, 300, words);
    const [first] = run.messages();
    expect(first?.kind === "recording" && first.parts.metadata.trained_in_page).toBeUndefined();
    run.carryOut({ command: "play", speed: null, until: null });
    run.train();
    expect(headersOf(run).map((header) => header?.metadata.trained_in_page)).toEqual([10]);
    run.train();
    expect(headersOf(run)).toEqual([undefined]);
  });
});

describe("branches", () => {
  it("are refused where they would take too much memory", () => {
    const run = new PageRun(Trainer.begin({ ...classic, text: "abcdefghij".repeat(390), cell: "rnn" }), 0, 300, words);
    const { recording } = run.trainer;
    recording.append(emptyRecords(800, recording.positions, recording.alphabet.length));
    const said = () => {
      run.carryOut({ command: "branch", epoch: 0, lr: 0.1 });
      const status = run.messages().at(-1);
      return status?.kind === "status" ? status.status.message : null;
    };
    expect(said()).toContain("does not give the recorded loss"); // there was room
    recording.append(emptyRecords(800, recording.positions, recording.alphabet.length));
    expect(said()).toContain("no room for another branch");
  });
});
