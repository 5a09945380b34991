/** The recording of an exported page: a run, or several in lock step. */
import { decodeRecording, type Parts } from "../player/decode";
import { type PackedWeights, unpackWeights } from "../player/packed-weights";
import type { Question } from "../player/question";
import { receiveReplay } from "../player/replay";
import { type RunCode, runCodeOf } from "../player/run-code";
import type { PlayerStore } from "../player/store";
import { decodeBase64, embeddedJson, embeddedText, unpacked } from "./contents";
import { comparisonScene, runScene, type Scene } from "./scene";
import { LateKernel } from "./training/late-kernel";

/** A run as the page has it. */
export interface RecordedRun {
  /** Carries commands once the run goes on in the page. */
  readonly kernel: LateKernel;
  /** What the names of its elements end with. */
  readonly suffix: string;
  /** null: damaged */
  readonly parts: Parts | null;
  /** null: the page has none, or they are damaged */
  readonly weights: PackedWeights | null;
  /** Why it cannot be read; null: it can. */
  readonly problem: string | null;
}

export interface Recorded {
  readonly scene: Scene;
  readonly runs: readonly RecordedRun[];
  /** Those of the scene: the same list, so that they change in both. */
  readonly labels: string[];
}

/** Read the recording of the page. */
export async function openRecorded(lang: string): Promise<Recorded> {
  const labels: string[] = JSON.parse(embeddedText("epochscope-labels") ?? "[]");
  const suffixes = labels.length > 0 ? labels.map((_, run) => `-${run}`) : [""];
  const runs = await Promise.all(suffixes.map(read));
  const kernels = runs.map(({ kernel }) => kernel);
  const scene = labels.length > 0 ? comparisonScene(kernels, labels, lang) : runScene(kernels[0] as LateKernel);
  runs.forEach((run, i) => {
    show(run, scene.runs[i] as PlayerStore);
  });
  scene.stage.toHead();
  scene.stage.asked.receiveQuestion(embeddedQuestion());
  return { scene, runs, labels };
}

/** Read the embedded recording and weights; `suffix`: of which run of a comparison. */
async function read(suffix: string): Promise<RecordedRun> {
  const kernel = new LateKernel();
  let parts: Parts | null = null;
  try {
    parts = decodeRecording(await unpacked(embeddedText(`epochscope-recording${suffix}`) ?? ""));
    const packed = embeddedText(`epochscope-weights${suffix}`);
    const weights = packed === null ? null : await unpackWeights(decodeBase64(packed));
    return { kernel, suffix, parts, weights, problem: null };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { kernel, suffix, parts, weights: null, problem };
  }
}

function show({ suffix, parts, weights, problem }: RecordedRun, store: PlayerStore): void {
  store.receiveConnection("none");
  if (parts !== null) receiveReplay(store, parts);
  if (weights !== null) store.receiveWeights(weights);
  store.receiveCode(embeddedCode(suffix));
  if (problem !== null) store.reportUnreadable(problem);
}

function embeddedCode(suffix: string): RunCode | null {
  const code = runCodeOf(embeddedJson(`epochscope-code${suffix}`));
  return code && { ...code, fixed: true };
}

const embeddedQuestion = (): Question | null => embeddedJson("epochscope-question") as Question | null;
