/** Covers what would tell the answer to a question, and replays it once the answer is revealed. */
import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Question } from "./question";
import type { Connection, Mode, Until } from "./types";

/** What a question does with the stage. */
export interface QuestionStage {
  readonly cursor: ReadonlySignal<number>;
  readonly head: ReadonlySignal<number>;
  readonly mode: ReadonlySignal<Mode>;
  readonly canTrain: ReadonlySignal<boolean>;
  readonly connection: ReadonlySignal<Connection>;
  /** Show only so many epochs; null: all. */
  cover(epochs: number | null): void;
  seek(epoch: number): void;
  stopReplay(): void;
  replayTo(epoch: number): void;
  runUntil(until: Until): void;
}

export class Reveal {
  readonly #playing = signal(false);
  readonly #stage: QuestionStage;
  readonly #question: ReadonlySignal<Question | null>;
  readonly #disposers: (() => void)[];
  /** The question that was covered when this was updated last. */
  #covered: string | null = null;
  /** Whether the cursor has moved since the replay began: before, the kernel may not have begun to train. */
  #moved = false;

  /** `isCovered`: whether the question is not revealed yet, and there is something to cover. */
  constructor(stage: QuestionStage, question: ReadonlySignal<Question | null>, isCovered: ReadonlySignal<boolean>) {
    this.#stage = stage;
    this.#question = question;
    const id = computed(() => question.value?.id ?? null);
    /** Number of epochs that are shown; null: all. */
    const limit = computed(() => (isCovered.value && question.value ? question.value.shown + 1 : null));
    const target = computed(() => question.value?.tells ?? -1);
    this.#disposers = [effect(() => this.#update(id.value, limit.value)), effect(() => this.#watch(target.value))];
  }

  /** Whether the replay has not arrived yet. */
  get playing(): ReadonlySignal<boolean> {
    return this.#playing;
  }

  dispose(): void {
    for (const dispose of this.#disposers) dispose();
  }

  /** End the replay at its end. */
  skip(): void {
    const question = this.#question.peek();
    if (question === null || !this.#playing.peek()) return;
    batch(() => {
      this.#playing.value = false;
      this.#stage.stopReplay();
      this.#stage.seek(question.tells);
    });
  }

  #update(id: string | null, limit: number | null): void {
    const before = this.#covered;
    const wasCovered = id !== null && id === before;
    this.#covered = limit === null ? null : id;
    if (limit !== null || before !== null) this.#stage.cover(limit);
    if (limit === null) this.#playing.value = wasCovered && this.#play();
    else this.#playing.value = false;
  }

  /** Replay what was covered, or train it; returns whether there is anything. */
  #play(): boolean {
    const [stage, question] = [this.#stage, this.#question.peek()];
    if (question === null) return false;
    const [target, head] = [question.tells, stage.head.peek()];
    if (target > head && stage.canTrain.peek()) {
      // The first epoch of this run, or of any, tells the answer.
      const isRace = question.kind === "first_all_correct" || question.by === "first_all_correct";
      const all_correct = isRace && question.run === null;
      stage.runUntil({ epochs: target + 1, ...(all_correct && { all_correct }) });
      return true;
    }
    const reached = Math.min(target, head);
    if (reached <= stage.cursor.peek()) return false;
    stage.replayTo(reached);
    return true;
  }

  /** Notice when the replay has arrived, or was stopped. */
  #watch(target: number): void {
    if (!this.#playing.value) {
      this.#moved = false;
      return;
    }
    const isMoving = this.#stage.mode.value !== "stopped";
    const wasStopped = this.#moved && !isMoving;
    this.#moved ||= isMoving;
    if (wasStopped || this.#stage.cursor.value >= target) this.#playing.value = false;
  }
}
