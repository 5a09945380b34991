/** Every word on the screen, in English and Korean. Both languages have the same keys (tested, and typed). */
import type { About, RunEvent } from "../player/types";

/** Groups of three digits, apart by a narrow space that does not break. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");
/** A loss or a learning rate as people write it. */
export const loss3 = (loss: number): string =>
  Number.isFinite(loss)
    ? Math.abs(loss) < 1000
      ? loss.toFixed(3)
      : loss.toExponential(2)
    : Number.isNaN(loss)
      ? "NaN"
      : loss > 0
        ? "∞"
        : "−∞";
export const rate = (lr: number): string => String(Number(lr.toPrecision(4)));
export const percent = (share: number): string =>
  share > 0 && share < 0.01 ? "<\u202f1\u202f%" : `${Math.round(share * 100)}\u202f%`;

const optimizers: Readonly<Record<string, string>> = { adam: "Adam", sgd: "SGD", rmsprop: "RMSprop", adamw: "AdamW" };
const optimizer = (about: About): string | undefined =>
  about.optimizer && (optimizers[about.optimizer] ?? about.optimizer);

const english = {
  player: "Training, one epoch at a time",
  reads: "reads",
  target: "target",
  says: "says",
  pTarget: "p(target)",
  epoch: "epoch",
  positions: "Positions of the text",
  model(about: About, lr: number | null): string {
    const layers = about.num_layers ?? 1;
    return [
      about.hidden_size && (layers > 1 ? `${layers} × ${about.hidden_size} hidden` : `${about.hidden_size} hidden`),
      about.readout && "readout",
      about.window && `windows of ${about.window}`,
      about.parameters && `${grouped(about.parameters)} parameters`,
      [optimizer(about), lr !== null && `learning rate ${rate(lr)}`].filter(Boolean).join(", "),
      typeof about.seed === "number" && `seed ${about.seed}`,
      about.device && about.device !== "cpu" && about.device,
    ]
      .filter(Boolean)
      .join("\u00a0· ");
  },
  score: (right: number, positions: number): string => `${grouped(right)} of ${grouped(positions)} right`,
  loss: (loss: number): string => `loss ${loss3(loss)}`,
  summary: (epoch: number, right: number, positions: number, loss: number): string =>
    `epoch ${epoch}: ${right} of ${positions} right, loss ${loss3(loss)}`,
  nothing: "nothing recorded yet",

  toStart: "To the start",
  back: "One epoch back",
  play: "Play",
  train: "Train",
  pause: "Pause",
  step: "One epoch on",
  spaceKey: "space",
  toHead: "To the last epoch",
  timeline: "Epoch on show",
  speed: "Speed",
  perSecond: (speed: number): string => `${speed} epochs/s`,
  fastest: "as fast as it trains",
  loop: "Loop",
  logarithmic: "Log",
  logarithmicHint: "The chart's loss on a logarithmic axis",
  reset: "Reset",
  resetHint: "Back to the untrained network, with an empty recording",
  encoding: "Encoding",
  encodingHint: "The alphabet, and the text as one-hot vectors",
  present: "Present",
  presentHint: "Fill the screen",
  leave: "Leave full screen",
  close: "Close",

  until: "Run until…",
  untilEpochs: "epochs in all",
  untilAllRight: "all are right",
  untilLoss: "the loss is below",
  run: "Run",
  goOn: "Go on from here…",
  goOnFrom: (epoch: number): string => `Go on from epoch ${epoch}`,
  rewind: "Rewind",
  rewindHint: "Forget what came after this epoch; training on repeats it exactly.",
  branch: "Branch",
  branchHint: "Go on with another learning rate; the line so far stays as a ghost.",
  learningRate: "learning rate",
  ghost: (start: number, end: number, lr: number | null): string =>
    `Epochs ${start}–${end}${lr === null ? "" : `, learning rate ${rate(lr)}`}`,
  returnTo: "Return",
  otherLines: "Other lines",

  event: (event: RunEvent): string =>
    ({
      all_right: "all right for the first time",
      spike: "the loss jumps",
      non_finite: "the loss is no longer finite",
      lr: `learning rate ${event.value == null ? "changed" : `now ${rate(event.value)}`}`,
      branch: `branched${event.value == null ? "" : `, learning rate ${rate(event.value)}`}`,
    })[event.kind],
  atEvent: (epoch: number, what: string): string => `Epoch ${epoch}: ${what}.`,

  ready: "Untrained. Play trains it.",
  readyMonitor: "Waiting for the first epoch of your loop.",
  empty: "Nothing is recorded here.",
  training: "Training.",
  trainingAhead: (head: number): string => `Training goes on: epoch ${head}.`,
  replaying: "Replaying what was recorded.",
  pausedAt: (head: number): string => `Paused at epoch ${head}. Play goes on training.`,
  behind: (head: number): string => `Recorded up to epoch ${head}. Play replays from here.`,
  finished: (epochs: number): string => `Finished: ${grouped(epochs)} epochs.`,
  waiting: "Waiting for the kernel: it is busy with something else.",
  gone: "The kernel is gone. What was recorded still replays.",
  replayOnly: "A recording: it replays, it does not train.",
  diverged: (epoch: number): string =>
    `Diverged: the loss is not finite at epoch ${epoch}. Go back and try a smaller learning rate.`,
  goBack: (epoch: number): string => `Back to epoch ${epoch}`,
  error: (message: string): string => `Your model raised an error: ${message}`,
  unreadable: (message: string): string => `The recording cannot be read: ${message}`,

  space: "space",
  newline: "newline",
  tab: "tab",
  control: (code: string): string => `character ${code}`,
  position: (position: number, positions: number): string => `Position ${grouped(position)} of ${grouped(positions)}`,
  cell: (reads: string, target: string): string => `reads ${reads}, target ${target}`,
  cellSays: (says: string, right: boolean, p: number): string =>
    `says ${says}, ${right ? "right" : "wrong"}, p(target) ${percent(p)}`,
  likeliest: "likeliest tokens",
  ownLoss: "own loss",
  learned: "learned",
  learnedAt: (epoch: number): string => `at epoch ${epoch}`,
  notLearned: "not for good",
  index: "index",
  of: (index: number, size: number): string => `${index} of ${size}`,
  alphabet: (size: number): string => `Alphabet: ${grouped(size)} tokens, each with its index`,
  oneHot: "One-hot input: a column per position, a row per token",
  oneHotPart: (first: number, last: number): string => `One-hot input, positions ${first} to ${last}`,
};

export type Words = typeof english;

const korean: Words = {
  player: "한 에폭씩 보는 학습",
  reads: "입력",
  target: "정답",
  says: "예측",
  pTarget: "p(정답)",
  epoch: "에폭",
  positions: "글의 위치",
  model(about, lr) {
    const layers = about.num_layers ?? 1;
    return [
      about.hidden_size && (layers > 1 ? `은닉 ${layers} × ${about.hidden_size}` : `은닉 ${about.hidden_size}`),
      about.readout && "출력층",
      about.window && `창 ${about.window}`,
      about.parameters && `매개변수 ${grouped(about.parameters)}개`,
      [optimizer(about), lr !== null && `학습률 ${rate(lr)}`].filter(Boolean).join(", "),
      typeof about.seed === "number" && `시드 ${about.seed}`,
      about.device && about.device !== "cpu" && about.device,
    ]
      .filter(Boolean)
      .join("\u00a0· ");
  },
  score: (right, positions) => `${grouped(positions)}개 중 ${grouped(right)}개 맞음`,
  loss: (loss) => `손실 ${loss3(loss)}`,
  summary: (epoch, right, positions, loss) => `에폭 ${epoch}: ${positions}개 중 ${right}개 맞음, 손실 ${loss3(loss)}`,
  nothing: "아직 기록 없음",

  toStart: "처음으로",
  back: "한 에폭 뒤로",
  play: "재생",
  train: "학습",
  pause: "일시 정지",
  step: "한 에폭 앞으로",
  spaceKey: "스페이스",
  toHead: "마지막 에폭으로",
  timeline: "보고 있는 에폭",
  speed: "속도",
  perSecond: (speed) => `초당 ${speed} 에폭`,
  fastest: "학습 속도 그대로",
  loop: "반복",
  logarithmic: "로그",
  logarithmicHint: "그래프의 손실을 로그 축으로 봅니다",
  reset: "초기화",
  resetHint: "학습 전의 신경망과 빈 기록으로 돌아갑니다",
  encoding: "인코딩",
  encodingHint: "알파벳과 원-핫 벡터로 본 글",
  present: "발표",
  presentHint: "화면을 가득 채웁니다",
  leave: "전체 화면 끝내기",
  close: "닫기",

  until: "어디까지…",
  untilEpochs: "모두 합한 에폭 수",
  untilAllRight: "모두 맞을 때까지",
  untilLoss: "손실이 이보다 작을 때까지",
  run: "실행",
  goOn: "여기서 계속…",
  goOnFrom: (epoch) => `에폭 ${epoch}에서 계속`,
  rewind: "되감기",
  rewindHint: "이 에폭 뒤의 기록을 지웁니다. 다시 학습하면 똑같이 되풀이됩니다.",
  branch: "가지 치기",
  branchHint: "다른 학습률로 이어 갑니다. 지금까지의 선은 흐리게 남습니다.",
  learningRate: "학습률",
  ghost: (start, end, lr) => `에폭 ${start}–${end}${lr === null ? "" : `, 학습률 ${rate(lr)}`}`,
  returnTo: "돌아가기",
  otherLines: "다른 선",

  event: (event) =>
    ({
      all_right: "처음으로 모두 맞음",
      spike: "손실이 튐",
      non_finite: "손실이 유한하지 않음",
      lr: event.value == null ? "학습률 바뀜" : `학습률 ${rate(event.value)}`,
      branch: event.value == null ? "가지를 침" : `가지를 침, 학습률 ${rate(event.value)}`,
    })[event.kind],
  atEvent: (epoch, what) => `에폭 ${epoch}: ${what}.`,

  ready: "아직 학습하지 않았습니다. 재생을 누르면 학습합니다.",
  readyMonitor: "작성하신 반복문의 첫 에폭을 기다립니다.",
  empty: "기록이 없습니다.",
  training: "학습하고 있습니다.",
  trainingAhead: (head) => `학습이 계속되고 있습니다: 에폭 ${head}.`,
  replaying: "기록을 다시 보여 줍니다.",
  pausedAt: (head) => `에폭 ${head}에서 멈췄습니다. 재생을 누르면 이어서 학습합니다.`,
  behind: (head) => `에폭 ${head}까지 기록되어 있습니다. 재생을 누르면 여기서부터 다시 보여 줍니다.`,
  finished: (epochs) => `끝났습니다: ${grouped(epochs)} 에폭.`,
  waiting: "커널을 기다립니다. 커널이 다른 일을 하고 있습니다.",
  gone: "커널이 없습니다. 기록은 그대로 볼 수 있습니다.",
  replayOnly: "기록만 있습니다. 다시 볼 수 있지만 학습하지는 않습니다.",
  diverged: (epoch) => `발산했습니다. 에폭 ${epoch}에서 손실이 유한하지 않습니다. 되돌아가 더 작은 학습률을 써 보세요.`,
  goBack: (epoch) => `에폭 ${epoch}(으)로 되돌아가기`,
  error: (message) => `모델에서 오류가 났습니다: ${message}`,
  unreadable: (message) => `기록을 읽을 수 없습니다: ${message}`,

  space: "공백",
  newline: "줄 바꿈",
  tab: "탭",
  control: (code) => `문자 ${code}`,
  position: (position, positions) => `위치 ${grouped(position)} / ${grouped(positions)}`,
  cell: (reads, target) => `입력 ${reads}, 정답 ${target}`,
  cellSays: (says, right, p) => `예측 ${says}, ${right ? "맞음" : "틀림"}, p(정답) ${percent(p)}`,
  likeliest: "가장 그럴듯한 토큰",
  ownLoss: "이 위치의 손실",
  learned: "익힘",
  learnedAt: (epoch) => `에폭 ${epoch}부터`,
  notLearned: "아직 아님",
  index: "번호",
  of: (index, size) => `${index} / ${size}`,
  alphabet: (size) => `알파벳: 토큰 ${grouped(size)}개와 그 번호`,
  oneHot: "원-핫 입력: 열은 위치, 행은 토큰",
  oneHotPart: (first, last) => `원-핫 입력, 위치 ${first}–${last}`,
};

export const languages = { en: english, ko: korean } as const;

/** The words of a language tag ("ko-KR", "en", ""), English for all others. */
export function wordsFor(tag: string): { lang: keyof typeof languages; words: Words } {
  const lang = /^ko\b/i.test(tag) ? "ko" : "en";
  return { lang, words: languages[lang] };
}

/** A token as a screen reader can say it. */
export function spoken(token: string, words: Words): string {
  if (token === " ") return words.space;
  if (token === "\n" || token === "\r\n") return words.newline;
  if (token === "\t") return words.tab;
  if (/^[\p{C}\p{Z}]$/u.test(token)) {
    return words.control((token.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0"));
  }
  return token;
}
