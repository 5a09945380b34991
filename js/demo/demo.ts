/**
 * The player in a bare page. What it shows is chosen in the address:
 * `?recording=file` (bytes as in wire.py) or a made-up run of `run` epochs on `text`, repeated to `length`, or on
 * `words`; `epochs` (recorded so far), `epoch` (cursor), `lang`, `width`, `chart`, `connection`, and any field of the
 * status (`state`, `goal`, `reason`, `message`, `source`). `store` and `commands` (what was asked of the kernel) are
 * there for tests and for the console.
 */
import "./demo.css";
import { decodeRecording, type Parts } from "../player/decode";
import { PlayerStore } from "../player/store";
import type { Connection, Status } from "../player/types";
import { fakeParts } from "../testing/recordings";
import { mountPlayer } from "../views/player";
import { FakeKernel } from "./kernel";

const asked = new URLSearchParams(location.search);
const number = (name: string): number | null => (asked.has(name) ? Number(asked.get(name)) : null);

async function partsOf(): Promise<Parts> {
  const file = asked.get("recording");
  if (file) return decodeRecording(new Uint8Array(await (await fetch(file)).arrayBuffer()));
  const short = asked.get("text") ?? " I think therefore I am.";
  const length = number("length") ?? short.length;
  const text = asked.get("words")?.split(",") ?? short.repeat(Math.ceil(length / short.length)).slice(0, length);
  return fakeParts({ text, epochs: number("run") ?? 300, events: [{ epoch: 19, kind: "all_right" }] });
}

const scheduler = {
  now: () => performance.now(),
  frame(callback: (now: number) => void) {
    const id = requestAnimationFrame(callback);
    return () => cancelAnimationFrame(id);
  },
  after(ms: number, callback: () => void) {
    const id = setTimeout(callback, ms);
    return () => clearTimeout(id);
  },
};

async function main(): Promise<void> {
  const parts = await partsOf();
  const status: Partial<Status> = {};
  for (const field of ["state", "reason", "message", "source"] as const) {
    if (asked.has(field)) Object.assign(status, { [field]: asked.get(field) });
  }
  const goal = number("goal");
  if (goal !== null) status.goal = goal;
  const kernel = new FakeKernel(parts, number("epochs") ?? parts.records.count, status);
  const store = new PlayerStore(kernel, scheduler);
  const page = document.getElementById("player") as HTMLElement;
  const width = number("width");
  if (width !== null) page.style.width = `${width}px`;
  const chart = asked.has("chart");
  const box = page.appendChild(document.createElement("div"));
  const el = box.appendChild(document.createElement("div"));
  box.className = chart ? "epochscope epochscope-with-chart" : "epochscope";
  el.className = "epochscope-player";
  if (chart) {
    const figure = box.appendChild(document.createElement("div"));
    figure.className = "epochscope-chart";
    figure.innerHTML = `<svg><rect width="100%" height="100%" rx="4" fill="#8883"/></svg>`;
  }
  kernel.connect(store);
  store.hearConnection((asked.get("connection") as Connection | null) ?? "live");
  store.seek(number("epoch") ?? store.head.value);
  mountPlayer(el, store, { lang: asked.get("lang") ?? "", chart });
  Object.assign(globalThis, { store, commands: kernel.commands });
}

void main();
