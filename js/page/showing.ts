/** The place of a page where a scene is shown, with or without the loss chart next to it. */
import { signal } from "@preact/signals";
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

  #hide(): void {
    this.scene.peek()?.stage.pause();
    this.#unmount?.();
    this.#unmount = null;
  }
}

/** Where a student goes on after training has begun: the button that pauses, in sight with the text above it. */
export function continueAt(player: HTMLElement): void {
  player.querySelector<HTMLElement>(".epochscope-button-primary")?.focus({ preventScroll: true });
  const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const fits = player.getBoundingClientRect().height <= innerHeight;
  player.scrollIntoView({ block: fits ? "nearest" : "start", behavior: reduced ? "auto" : "smooth" });
}
