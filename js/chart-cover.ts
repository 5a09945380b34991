/** Keeps what a question covers out of the loss chart: the marks have no points after the last epoch that is shown. */
import { computed, effect } from "@preact/signals";
import type { Conductor, Mark } from "./chart";

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

export function coverMarks(marks: readonly Mark[], stage: Pick<Conductor, "asked">, signal: AbortSignal): void {
  const { asked } = stage;
  const last = computed(() => (asked.covered.value ? (asked.question.value?.shown ?? -1) : Number.POSITIVE_INFINITY));
  for (const mark of marks) {
    const traits = mark.get("text") === undefined ? POINTS : NAMES;
    const read = () => Object.fromEntries(traits.map((trait) => [trait, mark.get(trait)]));
    let sent = read();
    let isCovered = false;
    let setting = false;
    const set = (values: Record<string, unknown>) => {
      setting = true;
      mark.set(values);
      setting = false;
    };
    const changed = () => {
      if (setting) return;
      // One of the traits is new; the others are either new as well, or what was shown of them.
      const now = read();
      for (const trait of traits) if (now[trait] !== shown[trait]) sent = { ...sent, [trait]: now[trait] };
      show();
    };
    let shown: Record<string, unknown> = {};
    const show = () => {
      const limit = last.peek();
      if (limit === Number.POSITIVE_INFINITY && !isCovered) {
        sent = read();
        return;
      }
      isCovered = limit !== Number.POSITIVE_INFINITY;
      shown = isCovered ? upTo(sent, limit) : sent;
      set(shown);
    };
    const events = traits.map((trait) => `change:${trait}`);
    for (const event of events) mark.on(event, changed);
    const dispose = effect(() => {
      last.value;
      show();
    });
    const end = () => {
      dispose();
      for (const event of events) mark.off(event, changed);
      if (isCovered) set(sent); // the models outlive this connection
    };
    signal.addEventListener("abort", end, { once: true });
  }
}
