/** An exported page: the player without a kernel, the loss chart if the page contains one, and trainings in the page. */
import { options } from "preact";
import { COVERS_CHART, connectChart } from "../chart";
import { browserScheduler, oncePerFrame } from "../drawing/scheduler";
import { SweepStore } from "../player/sweep";
import { mountSweep } from "../views/sweep/mount";
import { feedChart } from "./chart-feed";
import { decodeBase64, embeddedText, unpacked } from "./contents";
import { followTheme, isEmbedded, OUTER_PAGE, reportHeight } from "./embedding";
import type { FigureState } from "./figure";
import { epochIn } from "./fragment";
import { listenOnPage, type Root } from "./keys";
import { openRecorded, type Recorded } from "./recorded";
import { Showing } from "./showing";
import { openPlayground, playgroundSettings } from "./training/playground";
import { type ChartFeed, offerTraining } from "./training/recording-bar";

options.debounceRendering = oncePerFrame;

async function start(box: HTMLElement): Promise<void> {
  const life = new AbortController();
  const isInside = isEmbedded(document);
  if (isInside) followTheme(window, life.signal);
  try {
    await open(box, isInside ? OUTER_PAGE : document.documentElement, life.signal);
  } finally {
    if (isInside) reportHeight(window, life.signal);
  }
}

/** `scrolled`: see `listenOnPage`. */
async function open(box: HTMLElement, scrolled: Root, signal: AbortSignal): Promise<void> {
  const sweep = embeddedText("epochscope-sweep");
  if (sweep !== null) return openSweep(box, sweep);
  const showing = new Showing(box);
  listenOnPage(document.body, scrolled, (event) => showing.act(event), signal);
  const settings = playgroundSettings();
  if (settings !== null) return openPlayground(showing, box, settings);
  const recorded = await openRecorded(showing.lang);
  const epoch = epochIn(location.hash);
  if (epoch !== null) recorded.scene.stage.seek(epoch);
  showing.show(recorded.scene, showing.chart !== null);
  let feed: ChartFeed = () => {};
  offerTraining(showing, box, recorded, () => feed());
  feed = await openChart(showing, recorded, signal);
}

/** Draw the loss chart, if there is one. Returns how it is fed once its runs go on in the page. */
async function openChart(
  { chart, player }: Showing,
  { scene: { stage, runs }, labels }: Recorded,
  signal: AbortSignal,
): Promise<ChartFeed> {
  const json = embeddedText("epochscope-figure");
  if (chart === null || json === null || globalThis.epochscopeFigure === undefined) return () => {};
  const figure: FigureState = JSON.parse(json);
  if (figure.refs.names) figure.refs.names = labels;
  const getModel = await globalThis.epochscopeFigure(chart, figure);
  await connectChart(figure.refs, getModel, stage, runs, browserScheduler, document, signal);
  player.classList.add(COVERS_CHART);
  return () => void feedChart(figure.refs, getModel, runs, browserScheduler, signal);
}

async function openSweep(box: HTMLElement, json: string): Promise<void> {
  const packed = (run: number) => {
    const text = embeddedText(`epochscope-recording-${run}`);
    return text === null ? null : decodeBase64(text);
  };
  const curves = await unpacked(embeddedText("epochscope-curves") ?? "");
  const player = box.querySelector<HTMLElement>(".epochscope-player") as HTMLElement;
  mountSweep(player, new SweepStore({ send: null, packed }, JSON.parse(json), curves), {
    lang: box.dataset.lang ?? "",
  });
}

void start(document.getElementById("epochscope") as HTMLElement);
