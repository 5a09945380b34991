/** The recording of an exported page: a run, or several in lock step. */
import { decodeRecording } from "../player/decode";
import { unpackWeights } from "../player/packed-weights";
import type { Question } from "../player/question";
import { receiveReplay } from "../player/replay";
import type { PlayerStore } from "../player/store";
import { decodeBase64, embeddedText, unpacked } from "./contents";
import { comparisonScene, runScene, type Scene } from "./scene";
import { LateKernel } from "./training/late-kernel";

export interface Recorded {
  readonly scene: Scene;
  /** The kernels of its runs, which carry commands once the runs go on in the page. */
  readonly kernels: readonly LateKernel[];
  /** What the names of the elements of each run end with. */
  readonly suffixes: readonly string[];
}

/** Read the recording of the page. */
export async function openRecorded(lang: string): Promise<Recorded> {
  const labels: string[] = JSON.parse(embeddedText("epochscope-labels") ?? "[]");
  const suffixes = labels.length > 0 ? labels.map((_, run) => `-${run}`) : [""];
  const kernels = suffixes.map(() => new LateKernel());
  const scene = labels.length > 0 ? comparisonScene(kernels, labels, lang) : runScene(kernels[0] as LateKernel);
  await Promise.all(scene.runs.map((store, run) => fill(store, suffixes[run] as string)));
  scene.stage.toHead();
  scene.stage.asked.receiveQuestion(embeddedQuestion());
  return { scene, kernels, suffixes };
}

/** Fill a store with the embedded recording and weights; `suffix`: of which run of a comparison. */
async function fill(store: PlayerStore, suffix: string): Promise<void> {
  store.receiveConnection("none");
  try {
    receiveReplay(store, decodeRecording(await unpacked(embeddedText(`epochscope-recording${suffix}`) ?? "")));
    const weights = embeddedText(`epochscope-weights${suffix}`);
    if (weights !== null) store.receiveWeights(await unpackWeights(decodeBase64(weights)));
  } catch (error) {
    store.reportUnreadable(error instanceof Error ? error.message : String(error));
  }
}

function embeddedQuestion(): Question | null {
  const json = embeddedText("epochscope-question");
  return json === null ? null : JSON.parse(new TextDecoder().decode(decodeBase64(json)));
}
