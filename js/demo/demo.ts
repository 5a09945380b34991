/**
 * The player in a page without Jupyter. The parameters of the address select what is shown:
 * `?recording=file` (bytes as in wire.py) or a made-up run of `run` epochs on `text`, repeated to `length`, or on
 * `words`; `ignored` (positions without a target, e.g. 3,4); `epochs` (recorded so far), `epoch` (cursor), `lang`, `width`, `chart`, `connection`, and any field of the
 * status (`state`, `goal`, `reason`, `message`, `source`). With `labels`, e.g. ["RNN","LSTM"], a comparison, in which
 * `runs` is a list of an object for each run (`epochs`, `text`, fields of the status), both as JSON. With `sweep`, an object
 * as JSON (see js/demo/sweep.ts), a sweep. `question` asks a question of these fields, as JSON; `answers` are those of
 * other pages: a list of choices by round for each. The global `sweep` has its store and its messages. The globals `store` and `commands` (the commands sent to the
 * kernel) are for tests and for the console.
 */
import "./demo.css";
import { browserScheduler } from "../drawing/scheduler";
import { decodeRecording, type Parts } from "../player/decode";
import type { Choice } from "../player/question";
import type { QuestionStore } from "../player/question-store";
import { PlayerStore } from "../player/store";
import type { Connection, Status } from "../player/types";
import { fakeAnswers, fakeQuestion } from "../testing/questions";
import { fakeParts } from "../testing/recordings";
import { mountComparison } from "../views/comparison/mount";
import { mountPlayer, type PlayerOptions } from "../views/player";
import { mountSweep } from "../views/sweep/mount";
import { demoComparison } from "./comparison";
import { DemoKernel } from "./kernel";
import { demoSweep } from "./sweep";

const parameters = new URLSearchParams(location.search);
const number = (name: string): number | null => (parameters.has(name) ? Number(parameters.get(name)) : null);

async function loadParts(): Promise<Parts> {
  const file = parameters.get("recording");
  if (file) return decodeRecording(new Uint8Array(await (await fetch(file)).arrayBuffer()));
  const short = parameters.get("text") ?? " I think therefore I am.";
  const length = number("length") ?? short.length;
  const text = parameters.get("words")?.split(",") ?? short.repeat(Math.ceil(length / short.length)).slice(0, length);
  const ignored = parameters.get("ignored")?.split(",").map(Number) ?? [];
  return fakeParts({ text, epochs: number("run") ?? 300, ignored, events: [{ epoch: 19, kind: "all_correct" }] });
}

function statusFields(): Partial<Status> {
  const status: Partial<Status> = {};
  for (const field of ["state", "reason", "message", "source"] as const) {
    if (parameters.has(field)) Object.assign(status, { [field]: parameters.get(field) });
  }
  const goal = number("goal");
  return goal === null ? status : { ...status, goal };
}

/** The element for the player, in a box with a placeholder for the chart if there is one. */
function addPlayerElement(page: HTMLElement, chart: boolean): HTMLElement {
  const box = page.appendChild(document.createElement("div"));
  const el = box.appendChild(document.createElement("div"));
  box.className = chart ? "epochscope epochscope-with-chart" : "epochscope";
  el.className = "epochscope-player";
  if (chart) {
    const figure = box.appendChild(document.createElement("div"));
    figure.className = "epochscope-chart";
    figure.innerHTML = `<svg><rect width="100%" height="100%" rx="4" fill="#8883"/></svg>`;
  }
  return el;
}

const connection = (parameters.get("connection") as Connection | null) ?? "live";
const options: PlayerOptions = { lang: parameters.get("lang") ?? "", chart: parameters.has("chart") };

/** Ask the question of the address, if there is one. */
function ask(asked: QuestionStore): void {
  const fields = parameters.get("question");
  if (!fields) return;
  const question = fakeQuestion(JSON.parse(fields));
  const others: Choice[][] = JSON.parse(parameters.get("answers") ?? "[]");
  asked.receiveAnswers(fakeAnswers(question.id, ...others));
  asked.receiveQuestion(question);
}

function showComparison(el: HTMLElement, labels: readonly string[]): void {
  const { comparison, commands } = demoComparison(labels, JSON.parse(parameters.get("runs") ?? "[]"), connection);
  comparison.stage.seek(number("epoch") ?? comparison.stage.head.value);
  ask(comparison.stage.asked);
  mountComparison(el, comparison, options);
  Object.assign(globalThis, { store: comparison, commands });
}

function showSweep(el: HTMLElement, described: string): void {
  const sweep = demoSweep(JSON.parse(described));
  mountSweep(el, sweep.store, options);
  Object.assign(globalThis, { sweep });
}

async function showRun(el: HTMLElement): Promise<void> {
  const parts = await loadParts();
  const kernel = new DemoKernel(parts, number("epochs") ?? parts.records.count, statusFields());
  const store = new PlayerStore(kernel, browserScheduler);
  kernel.connect(store);
  store.receiveConnection(connection);
  store.seek(number("epoch") ?? store.head.value);
  ask(store.asked);
  mountPlayer(el, store, options);
  Object.assign(globalThis, { store, commands: kernel.commands });
}

async function main(): Promise<void> {
  const page = document.getElementById("player") as HTMLElement;
  const width = number("width");
  if (width !== null) page.style.width = `${width}px`;
  const el = addPlayerElement(page, options.chart);
  const labels = parameters.get("labels");
  const sweep = parameters.get("sweep");
  if (sweep) showSweep(el, sweep);
  else if (labels) showComparison(el, JSON.parse(labels));
  else await showRun(el);
}

void main();
