/** Keeps what a question covers out of the loss chart: no points after the last epoch that is shown, and axes of these. */
import { computed, effect } from "@preact/signals";
import type { Conductor, Mark } from "./chart";
import type { Question } from "./player/question";

type Values = ArrayLike<number>;

/** The traits that a mark's points consist of; names have a text and a colour each. */
const POINTS = ["x", "y"];
const NAMES = [...POINTS, "text", "colors"];

const isNested = (x: unknown): x is ArrayLike<Values> => typeof (x as ArrayLike<unknown>)?.[0] === "object";

/** Show, of points or curves as the kernel sent them, those up to an epoch. */
function upTo(sent: Readonly<Record<string, unknown>>, last: number): Record<string, unknown> {
  const { x, y } = sent;
  if (isNested(x)) {
    const curves = Array.from(y as ArrayLike<Values>, (losses, i) => stoppedAt(last, x[i] as Values, losses));
    return { x: curves.map(([epochs]) => epochs), y: curves.map(([, losses]) => losses) };
  }
  const kept = (values: unknown): unknown[] =>
    Array.prototype.filter.call(values ?? [], (_, at: number) => isShown(x as Values, at));
  const entries = Object.entries(sent).map(([name, values]) => [
    name,
    name === "x" || name === "y" ? Float64Array.from(kept(values) as number[]) : kept(values),
  ]);
  return Object.fromEntries(entries);

  function isShown(epochs: Values | undefined, at: number): boolean {
    return Number(epochs?.[at]) <= last;
  }
}

/**
 * A curve up to an epoch. It keeps its length, since bqplot cannot draw curves without points among several: it stays at
 * its last point, as those that the kernel sends do. If there is none, it is a point without extent, which is not drawn.
 */
function stoppedAt(last: number, epochs: Values, losses: Values): [Float64Array, Float64Array] {
  const count = Array.prototype.filter.call(epochs, (epoch: number) => epoch <= last).length;
  const at = (values: Values, nothing: number) =>
    Float64Array.from(values, (_, i) => values[Math.min(i, count - 1)] ?? nothing);
  return [at(epochs, 0), at(losses, 1)];
}

/** The parts of a chart. */
interface Parts {
  /** What is recorded. */
  readonly covered: readonly Mark[];
  /** What is covered as a whole. */
  readonly hidden: readonly Mark[];
  /** An axis, its reference losses, and other marks on it. */
  readonly linear: readonly Mark[];
  readonly log: readonly Mark[];
}

/** Keep what is covered out of the curves, and out of the axes. `placeOf`: where an epoch is on their axis. */
export function coverChart(
  parts: Parts,
  { asked }: Pick<Conductor, "asked">,
  placeOf: (epoch: number) => number,
  signal: AbortSignal,
): void {
  const cover = (model: Mark, traits: readonly string[], values: Cover): void =>
    coverModel(model, traits, values, asked, signal);
  const hide = (mark: Mark): void => {
    if (mark.get("text") === undefined)
      cover(mark, POINTS, () => ({ x: [Float64Array.of(0)], y: [Float64Array.of(1)] }));
    else cover(mark, [...POINTS, "text"], () => ({ x: new Float64Array(), y: new Float64Array(), text: [] }));
  };
  for (const mark of parts.covered) {
    cover(mark, mark.get("text") === undefined ? POINTS : NAMES, (sent, { shown }) => upTo(sent, placeOf(shown)));
  }
  parts.hidden.forEach(hide);
  for (const name of ["linear", "log"] as const) {
    const [axis, ...references] = parts[name].filter((part) => !parts.covered.includes(part));
    const scale = axis?.get("scale") as Mark | undefined;
    if (!axis || !scale) continue;
    cover(axis, ["tick_values"], (_, question) => ({ tick_values: Float64Array.from(question.axes[name][2]) }));
    cover(scale, ["min", "max"], (_, question) => ({ min: question.axes[name][0], max: question.axes[name][1] }));
    references.forEach(hide); // which are near the curve depends on all of it
  }
}

/** What traits are while a question is covered; `sent`: as the kernel sent them. */
type Cover = (sent: Readonly<Record<string, unknown>>, question: Question) => Record<string, unknown>;

function coverModel(
  model: Mark,
  traits: readonly string[],
  cover: Cover,
  asked: Conductor["asked"],
  signal: AbortSignal,
): void {
  const read = () => Object.fromEntries(traits.map((trait) => [trait, model.get(trait)]));
  const covering = computed(() => (asked.covered.value ? asked.question.value : null));
  let sent = read();
  /** What is set in place of it; null: nothing. */
  let shown: Record<string, unknown> | null = null;
  let setting = false;
  const set = (values: Record<string, unknown>) => {
    setting = true;
    model.set(values);
    setting = false;
  };
  const show = () => {
    const question = covering.peek();
    if (question === null && shown === null) {
      sent = read();
      return;
    }
    shown = question && cover(sent, question);
    set(shown ?? sent);
  };
  const changed = () => {
    if (setting) return;
    // One of the traits is new; the others are either new as well, or what was set of them.
    const now = read();
    for (const trait of traits) if (now[trait] !== shown?.[trait]) sent = { ...sent, [trait]: now[trait] };
    show();
  };
  const events = traits.map((trait) => `change:${trait}`);
  for (const event of events) model.on(event, changed);
  const dispose = effect(() => {
    covering.value;
    show();
  });
  const end = () => {
    dispose();
    for (const event of events) model.off(event, changed);
    if (shown !== null) set(sent); // the models outlive this connection
  };
  signal.addEventListener("abort", end, { once: true });
}
