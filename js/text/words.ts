/** Fills in the templates of the word catalogues (src/epochscope/words), which Python reads as well. */
import en from "../../src/epochscope/words/en.json";
import ko from "../../src/epochscope/words/ko.json";
import type { Metadata, Recording, RunEvent } from "../player/types";
import { describePlace, type Placed } from "./places";

export type Words = typeof en;

export const languages: { readonly en: Words; readonly ko: Words } = { en, ko };

/** The language of the words for a language tag ("ko-KR", "en", ""): English for all that have none. */
export const languageOf = (tag: string): keyof typeof languages => (/^ko\b/i.test(tag) ? "ko" : "en");

/** The words for a language tag. */
export function wordsFor(tag: string): { lang: keyof typeof languages; words: Words } {
  const lang = languageOf(tag);
  return { lang, words: languages[lang] };
}

/** Replace every `{name}` of a template by its value; the digits of whole numbers are grouped. */
export const fill = (template: string, values: Record<string, string | number>): string =>
  template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    return typeof value === "number" && Number.isInteger(value) ? grouped(value) : String(value);
  });

/** A whole number with its digits in groups of three, separated by commas. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

/** A loss with three decimals. */
export function loss3(loss: number): string {
  if (Number.isNaN(loss)) return "NaN";
  if (!Number.isFinite(loss)) return loss > 0 ? "∞" : "−∞";
  return Math.abs(loss) < 1000 ? loss.toFixed(3) : loss.toExponential(2);
}

/** A learning rate with at most four digits. */
export const rate = (lr: number): string => String(Number(lr.toPrecision(4)));

export const percent = (share: number): string =>
  share > 0 && share < 0.01 ? "<\u202f1\u202f%" : `${Math.round(share * 100)}\u202f%`;

const optimizers: Readonly<Record<string, string>> = { adam: "Adam", sgd: "SGD", rmsprop: "RMSprop", adamw: "AdamW" };

/** The first of the recorded epochs that was trained in a page; null: none of them. */
export const trainedFrom = ({ trained_in_page: epoch }: Metadata, epochs: number): number | null =>
  epoch !== undefined && epoch < epochs ? epoch : null;

/** The model and how it is trained; unknown fields are left out. `epochs`: the number that is recorded. */
export function describeModel(
  words: Words,
  metadata: Metadata,
  lr: number | null,
  epochs = Number.POSITIVE_INFINITY,
): string {
  const { hidden_size, num_layers = 1, readout, forget_bias, window, parameters, optimizer, seed, device } = metadata;
  const epoch = trainedFrom(metadata, epochs);
  const training = [
    optimizer && (optimizers[optimizer] ?? optimizer),
    lr !== null && fill(words.learning_rate_value, { lr: rate(lr) }),
  ];
  const parts = [
    hidden_size && fill(words.hidden, { size: num_layers > 1 ? `${num_layers} × ${hidden_size}` : hidden_size }),
    readout && words.output_layer,
    forget_bias && fill(words.label_forget_bias, { bias: rate(forget_bias) }),
    window && fill(words.windows, { tokens: window }),
    parameters && fill(words.parameters, { count: parameters }),
    training.filter(Boolean).join(", "),
    typeof seed === "number" && fill(words.seed, { seed: String(seed) }),
    device !== "cpu" && device,
    epoch !== null && (epoch > 0 ? fill(words.trained_in_page_from, { epoch }) : words.trained_in_page),
  ];
  return parts.filter(Boolean).join("\u00a0· ");
}

export const describeScore = (words: Words, correct: number, positions: number): string =>
  fill(words.score, { correct: correct, positions: positions });

/** The number of ignored positions; empty if there are none. */
export function describeIgnored(words: Words, { positions, countedPositions }: Recording): string {
  const ignored = positions - countedPositions;
  return ignored > 0 ? fill(words.ignored_count, { count: ignored }) : "";
}

export const describeLoss = (words: Words, loss: number): string => fill(words.loss, { loss: loss3(loss) });

/** Place, score and loss. */
export function describeEpoch(words: Words, recording: Recording, epoch: number): string {
  const score = describeScore(words, recording.correctCount(epoch), recording.countedPositions);
  return `${describePlace(words, recording, epoch)}: ${score}, ${describeLoss(words, recording.loss(epoch))}`;
}

/** Place and event, and before them the run if there are several. */
export function describeEvent(words: Words, recording: Placed, { epoch, kind, value }: RunEvent, run?: string): string {
  let event = words[`event_${kind}`];
  if (kind === "lr" && value != null) event = fill(words.event_lr_value, { lr: rate(value) });
  if (kind === "branch" && value != null) event += `, ${fill(words.learning_rate_value, { lr: rate(value) })}`;
  const at = describePlace(words, recording, epoch);
  return run === undefined ? sentence(`${at}: ${event}.`) : `${run}, ${at}: ${event}.`;
}

const sentence = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

export function describeOldBranch(words: Words, start: number, end: number, lr: number | null): string {
  const epochs = fill(words.old_branch, { start, end });
  return lr === null ? epochs : `${epochs}, ${fill(words.learning_rate_value, { lr: rate(lr) })}`;
}

/** One position for screen readers; epoch -1: without its prediction. */
export function describePosition(words: Words, recording: Recording, position: number, epoch: number): string {
  const token = (index: number): string => spoken(recording.alphabet[index] ?? "", words);
  const counted = recording.isCounted(position);
  const target = counted ? `${words.target} ${token(recording.targets[position] as number)}` : words.ignored;
  const place = fill(words.position_of, { position: position + 1, positions: recording.positions });
  const input = `${words.input} ${token(recording.inputs[position] as number)}`;
  if (epoch < 0) return `${place}: ${input}, ${target}`;
  const prediction = `${words.prediction} ${token(recording.token(epoch, position))}`;
  if (!counted) return `${place}: ${input}, ${prediction}, ${target}`;
  const correct = recording.isCorrect(epoch, position) ? words.correct : words.wrong;
  const probability = percent(recording.pTarget(epoch, position));
  return `${place}: ${input}, ${target}: ${prediction}, ${correct}, ${words.p_target} ${probability}`;
}

/** A token as a screen reader can pronounce it. */
export function spoken(token: string, words: Words): string {
  if (token === " ") return words.token_space;
  if (token === "\n" || token === "\r\n") return words.token_newline;
  if (token === "\t") return words.token_tab;
  if (/^[\p{C}\p{Z}]$/u.test(token)) {
    const code = (token.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    return fill(words.token_control, { code });
  }
  return token;
}
