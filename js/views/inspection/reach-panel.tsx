/** The panel Gradient reach: how far back learning sees from each position, and how far back the answer depends. */
import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { DASHES, runColor } from "../../drawing/run-style";
import { axisEnd, axisName, describePlace, EPOCHS } from "../../text/places";
import { fill } from "../../text/words";
import { Token } from "../token";
import type { View } from "../view";
import { ReachCurveChart, stepsAt } from "./reach-curve";
import { ReachHistory } from "./reach-history";
import { ReachLines } from "./reach-lines";
import { ReachModel } from "./reach-model";
import { describeReach, reachSentence } from "./reach-words";
import { Section } from "./section";

const ANNOUNCE_DELAY_MS = 700;
/** Height of the curve, px. */
const CURVE = 132;

interface Props {
  view: View;
  model: ReachModel;
}

export function ReachPanel({ view }: { view: View }) {
  const { words, inspection } = view;
  const model = useMemo(() => new ReachModel(view), [view]);
  const hasWeights = useComputed(() => inspection.shown.value !== null);
  if (!hasWeights.value) return <Section view={view} name="gradient_reach" title={words.gradient_reach_title} />;
  return (
    <Section view={view} name="gradient_reach" title={words.gradient_reach_title} hint={words.reach_about}>
      <Sentence view={view} model={model} />
      <Lines view={view} model={model} />
      <Legend view={view} model={model} />
      <Curve view={view} />
      <Announcement view={view} model={model} />
    </Section>
  );
}

/** The result for the chosen position. */
function Sentence({ view, model }: Props) {
  const { words, store } = view;
  const result = model.result.value;
  const recording = store.recording.value;
  if (!result || !recording) return <p class="epochscope-reach-sentence" />;
  const [before, after] = reachSentence(words, result).split("{token}");
  return (
    <p class="epochscope-reach-sentence" data-part="reach-sentence">
      {before}
      <Token token={recording.alphabet[recording.inputs[result.position] as number]} />
      {after}
    </p>
  );
}

function Lines({ view, model }: Props) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const lines = new ReachLines(host.current as HTMLDivElement, view, model);
    return () => lines.destroy();
  }, [view, model]);
  return <div ref={host} />;
}

/** What shades and rings mean, and what is left out. */
function Legend({ view, model }: Props) {
  const { words, inspection, store, layout } = view;
  const work = model.shown.value;
  const positions = store.recording.value?.positions ?? 0;
  if (!work) return null;
  const { tokens, targets, window } = work.text;
  const blank = targets.some((target, at) => target < 0 || Number.isNaN(work.reach.shares[at * work.reach.lags]));
  return (
    <div class="epochscope-reach-legend" style={{ paddingInlineStart: `${layout.value?.gutter ?? 0}px` }}>
      <span class="epochscope-reach-key">
        {words.reach_scale}
        <span class="epochscope-reach-scale">
          {words.reach_scale_all}
          <i />
          1/1000
          <i data-half="" />
          10⁻⁶
        </span>
      </span>
      <span class="epochscope-reach-key">
        <i class="epochscope-reach-ring" />
        {words.reach_ring}
      </span>
      {blank && <span>{words.reach_blank}</span>}
      {window !== null && window < tokens.length && <span>{fill(words.reach_windows, { tokens: window })}</span>}
      {inspection.choices.words.value !== "" && <span>{words.reach_own}</span>}
      {tokens.length < positions && <span>{fill(words.free_run_beginning, { shown: tokens.length, positions })}</span>}
    </div>
  );
}

function Curve({ view }: { view: View }) {
  const { words, store, axisEpochs, layout } = view;
  const history = useMemo(() => new ReachHistory(store), [store]);
  useEffect(() => () => history.dispose(), [history]);
  const cursor = Math.max(0, store.cursor.value);
  const values = history.curve.value;
  const steps = stepsAt(values, cursor);
  const isKnown = values.some(([epoch]) => epoch === cursor);
  const recording = store.recording.value ?? EPOCHS;
  const at = describePlace(words, recording, cursor);
  const none = isKnown ? words.reach_curve_none : words.reach_curve_unknown;
  const now = Number.isNaN(steps) ? fill(none, { at }) : `${at}: ${steps}`;
  const gutter = layout.value?.gutter ?? 0;
  return (
    <div class="epochscope-reach-curve">
      <h4 style={{ paddingInlineStart: `${gutter}px` }}>
        {words.reach_curve} <span data-part="reach-curve-now">{now}</span>
      </h4>
      <ReachCurveChart
        series={[{ ...lineStyle(view), values }]}
        axisEpochs={axisEpochs.value}
        cursor={cursor}
        axis={axisName(words, recording.axis)}
        end={axisEnd(recording, axisEpochs.value)}
        label={`${words.reach_curve}: ${now}`}
        gutter={gutter}
        height={CURVE * (gutter / 67)}
        onSeek={(epoch) => store.seek(Math.min(epoch, store.head.peek()))}
      />
    </div>
  );
}

/** In a comparison, a run's line looks as it does in the other charts. */
function lineStyle({ name }: View) {
  if (!name) return { label: "", color: "var(--epochscope-state-up)", dash: "" };
  return { label: name.label, color: runColor(name.run), dash: DASHES[name.run] ?? "" };
}

/** The sentence for screen readers, once the cursor has stopped. */
function Announcement({ view, model }: Props) {
  const { words, store } = view;
  const said = useSignal("");
  useSignalEffect(() => {
    const [work, result, mode] = [model.shown.value, model.result.value, store.mode.value];
    if (mode !== "stopped" || !work || !result) return;
    const timer = setTimeout(() => {
      said.value = describeReach(words, store.recording.peek()?.alphabet ?? [], work, result.position);
    }, ANNOUNCE_DELAY_MS);
    return () => clearTimeout(timer);
  });
  return (
    <p class="epochscope-visually-hidden" data-part="reach-announced" role="status">
      {said}
    </p>
  );
}
