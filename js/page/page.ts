/** A recording in a page of its own: the player with nobody behind it, and the loss chart where one came along. */
import { options } from "preact";
import { connectChart } from "../chart";
import { browser, oncePerFrame } from "../drawing/scheduler";
import { decodeRecording } from "../player/decode";
import type { Kernel } from "../player/kernel";
import { PlayerStore } from "../player/store";
import type { Status } from "../player/types";
import { mountPlayer } from "../views/player";
import { carried, unpacked } from "./contents";
import type { FigureState } from "./figure";
import { listenOnPage } from "./keys";

options.debounceRendering = oncePerFrame;

const NOBODY: Kernel = { send() {}, setCursor() {} };

async function open(scope: HTMLElement): Promise<void> {
  const player = scope.querySelector<HTMLElement>(".epochscope-player") as HTMLElement;
  const place = scope.querySelector<HTMLElement>(".epochscope-chart");
  const store = new PlayerStore(NOBODY, browser);
  const life = new AbortController(); // of the page: it ends with it
  store.hearConnection("none");
  try {
    const parts = decodeRecording(await unpacked(carried("epochscope-recording") ?? ""));
    store.hearStatus(ended(store.status.peek(), parts.records.count));
    store.hearRecording(parts);
    store.toHead();
  } catch (error) {
    store.hearTrouble(error instanceof Error ? error.message : String(error));
  }
  mountPlayer(player, store, { lang: scope.dataset.lang ?? "", chart: place !== null });
  listenOnPage(document.body, document.documentElement, store, life.signal);
  const written = carried("epochscope-figure");
  if (place === null || written === null || globalThis.epochscopeFigure === undefined) return;
  const figure: FigureState = JSON.parse(written);
  const getModel = await globalThis.epochscopeFigure(place, figure);
  await connectChart(figure.refs, getModel, store, browser, document, life.signal);
}

const ended = (status: Status, epochs: number): Status => ({
  ...status,
  state: "finished",
  source: "recording",
  head: epochs - 1,
  goal: epochs,
});

void open(document.getElementById("epochscope") as HTMLElement);
