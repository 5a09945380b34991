/** An exported page: the player without a kernel, and the loss chart if the page contains one. */
import { options } from "preact";
import { connectChart } from "../chart";
import { browserScheduler, oncePerFrame } from "../drawing/scheduler";
import { decodeRecording } from "../player/decode";
import { unpackWeights } from "../player/packed-weights";
import { initialStatus } from "../player/status";
import { PlayerStore } from "../player/store";
import type { Kernel } from "../player/types";
import { mountPlayer } from "../views/player";
import { decodeBase64, embeddedText, unpacked } from "./contents";
import type { FigureState } from "./figure";
import { listenOnPage } from "./keys";

options.debounceRendering = oncePerFrame;

const NO_KERNEL: Kernel = { send() {}, setCursor() {} };

async function open(scope: HTMLElement): Promise<void> {
  const player = scope.querySelector<HTMLElement>(".epochscope-player") as HTMLElement;
  const place = scope.querySelector<HTMLElement>(".epochscope-chart");
  const store = new PlayerStore(NO_KERNEL, browserScheduler);
  const life = new AbortController();
  store.receiveConnection("none");
  try {
    const parts = decodeRecording(await unpacked(embeddedText("epochscope-recording") ?? ""));
    const epochs = parts.records.count;
    store.receiveStatus({ ...initialStatus, state: "finished", source: "recording", head: epochs - 1, goal: epochs });
    store.receiveRecording(parts);
    store.toHead();
    const weights = embeddedText("epochscope-weights");
    if (weights !== null) store.receiveWeights(await unpackWeights(decodeBase64(weights)));
  } catch (error) {
    store.reportUnreadable(error instanceof Error ? error.message : String(error));
  }
  mountPlayer(player, store, { lang: scope.dataset.lang ?? "", chart: place !== null });
  listenOnPage(document.body, document.documentElement, store, life.signal);
  const json = embeddedText("epochscope-figure");
  if (place === null || json === null || globalThis.epochscopeFigure === undefined) return;
  const figure: FigureState = JSON.parse(json);
  const getModel = await globalThis.epochscopeFigure(place, figure);
  await connectChart(figure.refs, getModel, store, [store], browserScheduler, document, life.signal);
}

void open(document.getElementById("epochscope") as HTMLElement);
