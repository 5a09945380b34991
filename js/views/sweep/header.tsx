/** The text, what varies, how far the sweep is, and what stops and resumes it. */
import { useComputed } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { doneOf, isStopping } from "../../player/sweep-data";
import { glyph } from "../../text/glyph";
import { Button } from "../button";
import { describeProgress } from "./describe";
import { describeGrid } from "./labels";
import type { SweepView } from "./sweep-view";

/** More of a text is not shown, in characters. */
const MOST = 400;

export function SweepHeader({ view }: { view: SweepView }) {
  const { store, words } = view;
  const text = useComputed(() => store.state.value.text);
  const grid = useComputed(() => describeGrid(words, store.state.value));
  return (
    <header class="epochscope-sweep-header" data-part="header">
      <h3 class="epochscope-sweep-text" data-part="sweep-text" title={text}>
        <Visible text={text.value} />
      </h3>
      <p class="epochscope-sweep-grid" data-part="sweep-grid">
        {grid}
      </p>
      <Progress view={view} />
    </header>
  );
}

/** A text with its white space made visible. */
function Visible({ text }: { text: string }) {
  const parts: ComponentChildren[] = [];
  let plain = "";
  const characters = [...new Intl.Segmenter().segment(text.slice(0, MOST))];
  characters.forEach(({ segment }, i) => {
    const { text: shown, placeholder } = glyph(segment);
    if (placeholder === "none" || placeholder === "mark") {
      plain += segment;
      return;
    }
    parts.push(
      plain,
      <span key={i} class="epochscope-sweep-blank">
        {shown}
      </span>,
      placeholder === "newline" ? <br key={`line ${i}`} /> : "",
    );
    plain = "";
  });
  return (
    <>
      <span class="epochscope-visually-hidden">{text.slice(0, MOST)}</span>
      <bdi aria-hidden="true">
        {parts}
        {plain}
        {text.length > MOST ? "…" : ""}
      </bdi>
    </>
  );
}

function Progress({ view: { store, words, logScale } }: { view: SweepView }) {
  const sweep = store.state.value;
  const { state, can_resume } = sweep;
  const [done, count] = [doneOf(sweep), sweep.runs.length];
  const pending = isStopping(sweep) ? "stop" : store.pending.value;
  const text = describeProgress(words, sweep);
  const isRunning = state === "running";
  return (
    <div class="epochscope-sweep-progress" data-part="sweep-progress" data-state={state}>
      {state !== "finished" && (
        <div
          class="epochscope-sweep-bar"
          data-part="sweep-bar"
          role="progressbar"
          aria-label={words.sweep}
          aria-valuemin={0}
          aria-valuemax={count}
          aria-valuenow={done}
          aria-valuetext={text}
        >
          <div style={{ width: `${(100 * done) / Math.max(1, count)}%` }} />
        </div>
      )}
      <p class="epochscope-sweep-state" data-part="sweep-state">
        {text}
        {store.silent.value && <span class="epochscope-message-problem"> {words.sweep_silent}</span>}
      </p>
      {store.hasKernel && isRunning && (
        <Button
          kind="strong"
          action="sweep-stop"
          label={pending === "stop" ? words.sweep_stopping : words.sweep_stop}
          hint={words.sweep_stop_hint}
          text
          disabled={pending !== null}
          onPress={() => store.stop()}
        />
      )}
      {store.hasKernel && !isRunning && can_resume && (
        <Button
          kind="strong"
          action="sweep-resume"
          label={pending === "resume" ? words.sweep_resuming : words.sweep_resume}
          hint={words.sweep_resume_hint}
          text
          disabled={pending !== null}
          onPress={() => store.resume()}
        />
      )}
      <span class="epochscope-sweep-tools">
        <Button
          kind="quiet"
          action="sweep-log"
          label={words.log_scale}
          hint={words.log_scale_hint}
          text
          pressed={logScale.value}
          onPress={() => {
            logScale.value = !logScale.value;
          }}
        />
      </span>
    </div>
  );
}
