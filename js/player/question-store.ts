/** The question that is asked about the runs of a stage: what this page answers, and what others have answered. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { answerText, NOTHING, type Own, recall, remember, votesIn } from "./own-answer";
import { type PageMemory, pageMemory, pageName } from "./page-memory";
import { type Answer, type Choice, type Hands, type Question, sameChoice, type Vote } from "./question";
import { type Count, countsOf, type Raised } from "./question-counts";
import { type QuestionStage, Reveal } from "./reveal";

/** "revealing": the answer is revealed, and is being replayed. */
export type Phase = "none" | "choosing" | "committed" | "revealing" | "revealed";

/** Where answers are sent: to the kernel, if there is one. */
export interface Outlet {
  answer(answer: Answer & { generation: number }): void;
  hands(question: Question, round: number, counts: readonly Raised[]): void;
}

export class QuestionStore {
  readonly #question = signal<Question | null>(null);
  readonly #answers = signal<readonly Answer[]>([]);
  readonly #sentHands = signal<readonly Hands[]>([]);
  /** By round, those that were set on this page. */
  readonly #ownHands: Signal<readonly (readonly Raised[] | null)[]> = signal([null, null]);
  /** What this page remembers to have committed. */
  readonly #remembered: Signal<Own> = signal(NOTHING);
  readonly #choice = signal<Choice | null>(null);
  readonly #sure = signal<boolean | null>(null);
  /** Whether this page votes again. */
  readonly #again = signal(false);
  readonly #stage: QuestionStage;
  readonly #memory: PageMemory;
  readonly #reveal: Reveal;
  /** Sends to the kernel; null without one. */
  outlet: Outlet | null = null;

  readonly question: ReadonlySignal<Question | null> = this.#question;
  /** What is chosen and not committed. */
  readonly choice: ReadonlySignal<Choice | null> = this.#choice;
  readonly sure: ReadonlySignal<boolean | null> = this.#sure;
  readonly #sent = computed(() => this.#findSent());
  readonly #own = computed((): Own => {
    const [own, sent] = [this.#remembered.value, this.#sent.value];
    if (sent === undefined) return own;
    const { rounds } = votesIn(sent) >= votesIn(own) ? sent : own;
    return { rounds, revealed: sent.revealed || own.revealed };
  });
  readonly #hides = computed(() => {
    const question = this.#question.value;
    return question !== null && (question.kind !== "choice" || question.shown < question.epoch);
  });
  readonly #isRevealed = computed(() => (this.#question.value?.revealed ?? false) || this.#own.value.revealed);
  /** The answers to the question, with that of this page as it is known here. */
  readonly #all = computed((): readonly Answer[] => {
    const [question, sent] = [this.#question.value, this.#sent.value];
    if (question === null) return [];
    const others = this.#answers.value.filter((each) => each.question === question.id && each !== sent);
    return votesIn(this.#own.value) > 0 ? [...others, this.#answerTo(question)] : others;
  });

  /** What this page has committed, by round; null: nothing. */
  readonly votes = computed((): readonly (Vote | null)[] =>
    [0, 1].map((round) => this.#own.value.rounds[round] ?? null),
  );
  /** The round that is voted in, or was last. */
  readonly round = computed((): 1 | 2 => {
    const hasVoted = this.votes.value[1] || this.hands.value[1]?.length;
    return this.#question.value?.round === 2 || this.#again.value || hasVoted ? 2 : 1;
  });
  readonly phase = computed((): Phase => {
    const question = this.#question.value;
    if (question === null) return "none";
    if (this.#isRevealed.value) return this.#reveal.playing.value ? "revealing" : "revealed";
    return this.votes.value[this.round.value - 1] ? "committed" : "choosing";
  });
  /** Whether the answer is still to be revealed. */
  readonly isOpen = computed(() => this.phase.value === "choosing" || this.phase.value === "committed");
  /** Whether the page hides what would tell the answer: a free question about all that is recorded hides nothing. */
  readonly covered = computed(() => this.isOpen.value && this.#hides.value);
  readonly canCommit = computed(
    () => this.phase.value === "choosing" && this.#choice.value !== null && this.#sure.value !== null,
  );
  /** By round, the show of hands. */
  readonly hands = computed((): readonly (readonly Raised[])[] => {
    const sent = this.#sentHands.value.find(({ question }) => question === this.#question.value?.id);
    return this.#ownHands.value.map((own, round) => own ?? sent?.rounds[round] ?? []);
  });
  /** Whether this page has voted, or hands were raised, and may go on. */
  readonly canReveal = computed(() => {
    const hasAnswers = votesIn(this.#own.value) > 0 || this.hands.value.some(({ length }) => length > 0);
    return this.isOpen.value && !(this.#question.value?.hold ?? true) && hasAnswers;
  });
  readonly canVoteAgain = computed(() => this.canReveal.value && this.round.value === 1);
  /** Whether a position, or an epoch, is to be chosen now. */
  readonly picksPositions = computed(() => {
    const kind = this.phase.value === "choosing" ? this.#question.value?.kind : null;
    return kind === "last_learned" || kind === "memory_cut" || kind === "free_run";
  });
  readonly picksEpochs = computed(
    () => this.phase.value === "choosing" && this.#question.value?.kind === "first_all_correct",
  );
  /** The number of pages that have committed in this round. */
  readonly pages = computed(() => this.#all.value.filter(({ rounds }) => rounds[this.round.value - 1]).length);
  /** By round, what was chosen, most often first. */
  readonly counts = computed((): readonly (readonly Count[])[] =>
    this.hands.value.map((raised, round) => countsOf(this.#all.value, raised, round)),
  );

  constructor(stage: QuestionStage, memory: PageMemory = pageMemory()) {
    this.#stage = stage;
    this.#memory = memory;
    const isCovered = computed(() => this.#hides.value && !this.#isRevealed.value);
    this.#reveal = new Reveal(stage, this.#question, isCovered);
  }

  dispose(): void {
    this.#reveal.dispose();
  }

  receiveQuestion(question: Question | null): void {
    const before = this.#question.peek();
    const isSame = question !== null && question.id === before?.id && question.generation === before.generation;
    batch(() => {
      this.#question.value = question;
      if (!isSame) {
        this.#remembered.value = question === null ? NOTHING : recall(this.#memory, question);
        this.#ownHands.value = [null, null];
        this.#again.value = false;
      }
      if (!isSame || question.round > before.round) this.#startRound();
    });
    this.#sendIfUnknown();
  }

  /** Take the answers of all pages. */
  receiveAnswers(answers: readonly Answer[]): void {
    this.#answers.value = answers;
    this.#sendIfUnknown();
  }

  receiveHands(hands: readonly Hands[]): void {
    const before = this.round.peek();
    batch(() => {
      this.#sentHands.value = hands;
      if (this.round.peek() > before) this.#startRound();
    });
  }

  choose(choice: Choice): void {
    if (this.phase.peek() === "choosing") this.#choice.value = choice;
  }

  /** Choose a position; of a memory cut, add it to those that are chosen or remove it. */
  pickPosition(position: number): void {
    if (!this.picksPositions.peek()) return;
    const chosen = this.#choice.peek();
    if (this.#question.peek()?.kind === "memory_cut") {
      const positions = typeof chosen === "number" || chosen === null ? [] : chosen;
      const others = positions.filter((each) => each !== position);
      const isNew = others.length === positions.length;
      this.#choice.value = isNew ? [...positions, position].sort((a, b) => a - b) : others;
    } else this.#choice.value = position;
  }

  setSure(sure: boolean): void {
    if (this.phase.peek() === "choosing") this.#sure.value = sure;
  }

  /** Lock the choice. */
  commit(): void {
    const [choice, sure] = [this.#choice.peek(), this.#sure.peek()];
    if (!this.canCommit.peek() || choice === null || sure === null) return;
    const first = this.votes.peek()[0] ?? null;
    this.#update({
      ...this.#own.peek(),
      rounds: this.round.peek() === 1 ? [{ choice, sure }] : [first, { choice, sure }],
    });
  }

  /** Choose once more, e.g. after a discussion. */
  voteAgain(): void {
    if (!this.canVoteAgain.peek()) return;
    batch(() => {
      this.#again.value = true;
      this.#startRound();
    });
  }

  /** Show the answer, and replay the epochs up to it. */
  reveal(): void {
    if (this.canReveal.peek()) this.#update({ ...this.#own.peek(), revealed: true });
  }

  /** End the replay of the reveal. */
  skip(): void {
    this.#reveal.skip();
  }

  /** Note how many hands were raised for a choice in this round. */
  setHands(choice: Choice, count: number): void {
    const [question, round] = [this.#question.peek(), this.round.peek()];
    if (question === null || !(count >= 0)) return;
    const counts = [...(this.hands.peek()[round - 1] ?? [])];
    const known = counts.findIndex(([each]) => sameChoice(each, choice));
    const changed: readonly Raised[] = count > 0 ? [[choice, Math.floor(count)]] : [];
    counts.splice(known < 0 ? counts.length : known, known < 0 ? 0 : 1, ...changed);
    this.#ownHands.value = this.#ownHands.peek().map((own, i) => (i === round - 1 ? counts : own));
    this.outlet?.hands(question, round, counts);
  }

  /** What this page has answered, as a file of answers. */
  copyText(): string {
    const question = this.#question.peek();
    return question === null ? "" : answerText(question, this.#answerTo(question), this.hands.peek());
  }

  /** The answer of this page among those of all; in a saved notebook that of the only page that has answered. */
  #findSent(): Answer | undefined {
    const id = this.#question.value?.id;
    const answers = this.#answers.value.filter(({ question }) => question === id);
    const page = pageName(this.#memory);
    const own = answers.find((each) => each.page === page);
    const isSaved = votesIn(this.#remembered.value) === 0 && this.#stage.connection.value === "none";
    return own ?? (isSaved && answers.length === 1 ? answers[0] : undefined);
  }

  #answerTo({ id }: Question): Answer {
    return { page: pageName(this.#memory), question: id, ...this.#own.value };
  }

  #startRound(): void {
    this.#choice.value = this.votes.peek()[0]?.choice ?? null;
    this.#sure.value = null;
  }

  #update(own: Own): void {
    const question = this.#question.peek();
    if (question === null) return;
    this.#remembered.value = own;
    remember(this.#memory, question, own);
    this.outlet?.answer({ ...this.#answerTo(question), generation: question.generation });
  }

  /** Send the answer again if the kernel does not have it: it may be a new one, or the message was lost. */
  #sendIfUnknown(): void {
    const [question, own] = [this.#question.peek(), this.#remembered.peek()];
    if (question === null || (votesIn(own) === 0 && !own.revealed)) return;
    const sent = this.#sent.peek();
    if (sent && votesIn(sent) >= votesIn(own) && (sent.revealed || !own.revealed)) return;
    this.outlet?.answer({ ...this.#answerTo(question), generation: question.generation });
  }
}
