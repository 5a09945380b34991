/** The place of a page where a scene is shown, with or without the loss chart next to it. */
import { signal } from "@preact/signals";
import { browserScheduler } from "../drawing/scheduler";
import type { Scene } from "./scene";

export class Showing {
  readonly scene = signal<Scene | null>(null);
  readonly lang: string;
  readonly player: HTMLElement;
  readonly #box: HTMLElement;
  readonly #chart: HTMLElement | null;
  #unmount: (() => void) | null = null;

  /** `box`: the element around the player and the chart. */
  constructor(box: HTMLElement) {
    this.#box = box;
    this.lang = box.dataset.lang ?? "";
    this.player = box.querySelector<HTMLElement>(".epochscope-player") as HTMLElement;
    this.#chart = box.querySelector<HTMLElement>(".epochscope-chart");
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.scene.peek()?.stage.pause();
    });
  }

  /** The place of the loss chart; null: the page has none. */
  get chart(): HTMLElement | null {
    return this.#chart;
  }

  /** Replace what is shown; the scene before it stops where it is. `charted`: the loss chart shows its runs. */
  show(scene: Scene, charted: boolean): void {
    this.#hide();
    if (this.#chart) this.#chart.hidden = !charted;
    this.#box.classList.toggle("epochscope-with-chart", charted);
    this.#unmount = scene.mount(this.player, { lang: this.lang, chart: charted });
    this.scene.value = scene;
  }

  act(event: KeyboardEvent): boolean {
    return this.scene.peek()?.act(event) ?? false;
  }

  /** Show the same again, since its labels have changed; what it does goes on. */
  mountAgain(): void {
    const scene = this.scene.peek();
    if (scene === null) return;
    this.#unmount?.();
    this.#unmount = scene.mount(this.player, { lang: this.lang, chart: !(this.#chart?.hidden ?? true) });
  }

  #hide(): void {
    this.scene.peek()?.stage.pause();
    this.#unmount?.();
    this.#unmount = null;
  }
}

/** Where a student goes on after training has begun: the button that pauses; and the text comes into sight. */
export function continueAt({ player, scene }: Pick<Showing, "player" | "scene">): void {
  const stage = scene.peek()?.stage;
  if (stage?.asked.isOpen.peek()) {
    // After the question is drawn.
    browserScheduler.after(SHOWN_MS, () => {
      const question = player.querySelector<HTMLElement>("[data-part=question]");
      question?.querySelector<HTMLElement>("input, .epochscope-answer")?.focus({ preventScroll: true });
      bringIntoSight(player);
    });
    return;
  }
  player.querySelector<HTMLElement>(".epochscope-button-primary")?.focus({ preventScroll: true });
  // The player has its height once the first epoch is shown.
  const stop = stage?.head.subscribe((head) => {
    if (head >= 0) browserScheduler.after(SHOWN_MS, () => bringIntoSight(player));
    if (head >= 0) queueMicrotask(() => stop?.());
  });
}

/** After the first epoch has arrived, ms: until it is drawn. */
const SHOWN_MS = 100;

function bringIntoSight(player: HTMLElement): void {
  const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const fits = player.getBoundingClientRect().height <= innerHeight;
  player.scrollIntoView({ block: fits ? "nearest" : "start", behavior: reduced ? "auto" : "smooth" });
}
