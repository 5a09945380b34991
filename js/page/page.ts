/** An exported page: the player without a kernel, and the loss chart if the page contains one. */
import { options } from "preact";
import { COVERS_CHART, connectChart } from "../chart";
import { browserScheduler, oncePerFrame } from "../drawing/scheduler";
import { ComparisonStore } from "../player/comparison";
import { decodeRecording } from "../player/decode";
import { unpackWeights } from "../player/packed-weights";
import type { Question } from "../player/question";
import { NO_KERNEL, receiveReplay } from "../player/replay";
import { PlayerStore } from "../player/store";
import { SweepStore } from "../player/sweep";
import { wordsFor } from "../text/words";
import { eventEpochs as eventsOfRuns } from "../views/comparison/events";
import { choose } from "../views/comparison/keys";
import { mountComparison } from "../views/comparison/mount";
import { runsOf } from "../views/comparison/runs";
import { eventEpochs, press } from "../views/keyboard";
import { mountPlayer } from "../views/player";
import { mountSweep } from "../views/sweep/mount";
import { decodeBase64, embeddedText, unpacked } from "./contents";
import type { FigureState } from "./figure";
import { listenOnPage } from "./keys";

options.debounceRendering = oncePerFrame;

/** Fill a store with the embedded recording and weights; `suffix`: of which run of a comparison. */
async function fill(store: PlayerStore, suffix = ""): Promise<void> {
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

async function open(scope: HTMLElement): Promise<void> {
  const player = scope.querySelector<HTMLElement>(".epochscope-player") as HTMLElement;
  const sweep = embeddedText("epochscope-sweep");
  if (sweep !== null) return openSweep(player, sweep, scope.dataset.lang ?? "");
  const place = scope.querySelector<HTMLElement>(".epochscope-chart");
  const life = new AbortController();
  const options = { lang: scope.dataset.lang ?? "", chart: place !== null };
  const labels: string[] = JSON.parse(embeddedText("epochscope-labels") ?? "[]");
  const question = embeddedQuestion();
  const { stage, runs, act } = labels.length > 0 ? await openComparison(labels) : await openRun();
  listenOnPage(document.body, document.documentElement, act, life.signal);
  const json = embeddedText("epochscope-figure");
  if (place === null || json === null || globalThis.epochscopeFigure === undefined) return;
  const figure: FigureState = JSON.parse(json);
  const getModel = await globalThis.epochscopeFigure(place, figure);
  await connectChart(figure.refs, getModel, stage, runs, browserScheduler, document, life.signal);
  player.classList.add(COVERS_CHART);

  async function openRun() {
    const store = new PlayerStore(NO_KERNEL, browserScheduler);
    await fill(store);
    store.toHead();
    store.asked.receiveQuestion(question);
    mountPlayer(player, store, options);
    return {
      stage: store,
      runs: [store],
      act: (event: KeyboardEvent) => press(store, event, () => eventEpochs(store)),
    };
  }

  async function openComparison(names: string[]) {
    const kernels = names.map(() => NO_KERNEL);
    const comparison = new ComparisonStore(kernels, names, browserScheduler);
    await Promise.all(comparison.runs.map((store, run) => fill(store, `-${run}`)));
    comparison.stage.toHead();
    comparison.stage.asked.receiveQuestion(question);
    mountComparison(player, comparison, options);
    const { stage, runs } = comparison;
    const { words } = wordsFor(options.lang || navigator.language);
    const events = () => eventsOfRuns(runsOf(runs, names), words);
    return {
      ...{ stage, runs },
      act: (event: KeyboardEvent) => press(stage, event, events) || choose(comparison, event),
    };
  }
}

async function openSweep(el: HTMLElement, json: string, lang: string): Promise<void> {
  const packed = (run: number) => {
    const text = embeddedText(`epochscope-recording-${run}`);
    return text === null ? null : decodeBase64(text);
  };
  const curves = await unpacked(embeddedText("epochscope-curves") ?? "");
  mountSweep(el, new SweepStore({ send: null, packed }, JSON.parse(json), curves), { lang });
}

void open(document.getElementById("epochscope") as HTMLElement);
