/** The transport: the buttons of a recorder, the epoch on show, the timeline and the speed. */
import { useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "./button";
import { createTimeline } from "./timeline";
import type { View } from "./view";

const SPEEDS = [1, 2, 4, 8, 12, 24, 60];

export function Transport({ view }: { view: View }) {
  const { store, words } = view;
  const atStart = useComputed(() => store.cursor.value <= 0);
  const atHead = useComputed(() => store.cursor.value >= store.head.value);
  const playing = useComputed(() => store.mode.value !== "rest");
  const stuck = useComputed(() => !store.canTrain.value && (atHead.value || store.head.value < 0));
  const playLabel = playing.value ? words.pause : atHead.value && store.canTrain.value ? words.train : words.play;
  return (
    <div class="epochscope-transport">
      <div class="epochscope-buttons">
        <Button
          icon="start"
          shortcut="Home"
          label={words.toStart}
          disabled={atStart.value}
          onPress={() => store.toStart()}
        />
        <Button icon="back" shortcut="←" label={words.back} disabled={atStart.value} onPress={() => store.step(-1)} />
        <Button
          icon={playing.value ? "pause" : "play"}
          kind="primary"
          label={playLabel}
          shortcut={words.spaceKey}
          disabled={!playing.value && stuck.value && store.head.value < 0}
          onPress={() => store.toggle()}
        />
        <Button icon="step" shortcut="→" label={words.step} disabled={stuck.value} onPress={() => store.step(1)} />
        <Button icon="head" shortcut="." label={words.toHead} disabled={atHead.value} onPress={() => store.toHead()} />
      </div>
      <Counter view={view} />
      <Timeline view={view} />
      <Speed view={view} />
    </div>
  );
}

function Counter({ view }: { view: View }) {
  const { store, words } = view;
  const epoch = useComputed(() => (store.cursor.value < 0 ? "–" : String(store.cursor.value)));
  const goal = useComputed(() => {
    store.version.value;
    return String(Math.max(store.status.value.goal, store.recording.value?.epochs ?? 0));
  });
  return (
    <p class="epochscope-counter" style={{ "--epochscope-room": words.epoch.length + 2 * goal.value.length + 4 }}>
      <strong>
        {words.epoch} <span>{epoch}</span>
      </strong>{" "}
      / <span>{goal}</span>
    </p>
  );
}

function Timeline({ view }: { view: View }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => createTimeline(host.current as HTMLDivElement, view).destroy, [view]);
  return <div class="epochscope-timeline" ref={host} />;
}

function Speed({ view }: { view: View }) {
  const { store, words } = view;
  const speed = store.speed.value;
  const speeds = SPEEDS.includes(speed) || !Number.isFinite(speed) ? SPEEDS : [...SPEEDS, speed].sort((a, b) => a - b);
  return (
    <label class="epochscope-speed">
      <span class="epochscope-unseen">{words.speed}</span>
      <select
        class="epochscope-select"
        value={String(speed)}
        onChange={(event) => store.setSpeed(Number(event.currentTarget.value))}
      >
        {speeds.map((each) => (
          <option key={each} value={String(each)}>
            {words.perSecond(each)}
          </option>
        ))}
        <option value="Infinity">{words.fastest}</option>
      </select>
    </label>
  );
}
