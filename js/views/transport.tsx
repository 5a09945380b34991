/** The transport: playback buttons, the current epoch, the timeline and the speed. */
import { useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { fill, grouped } from "../text/words";
import { Button } from "./button";
import { createTimeline } from "./timeline";
import type { View } from "./view";

const SPEEDS = [1, 2, 4, 8, 12, 24, 60];

export function Transport({ view }: { view: View }) {
  const { store, words } = view;
  const atStart = useComputed(() => store.cursor.value <= 0);
  const atHead = useComputed(() => store.cursor.value >= store.head.value);
  const playing = useComputed(() => store.mode.value !== "stopped");
  const canAdvance = useComputed(() => store.canTrain.value || (!atHead.value && store.head.value >= 0));
  const canPlay = playing.value || canAdvance.value || store.head.value >= 0;
  const playAction = playing.value ? "pause" : atHead.value && store.canTrain.value ? "train" : "play";
  return (
    <div class="epochscope-transport" data-part="transport">
      <div class="epochscope-buttons">
        <Button
          action="start"
          icon="start"
          shortcut="Home"
          label={words.first_epoch}
          disabled={atStart.value}
          onPress={() => store.toStart()}
        />
        <Button
          action="back"
          icon="back"
          shortcut="←"
          label={words.previous_epoch}
          disabled={atStart.value}
          onPress={() => store.step(-1)}
        />
        <Button
          action={playAction}
          icon={playing.value ? "pause" : "play"}
          kind="primary"
          label={words[playAction]}
          shortcut={words.space_key}
          disabled={!canPlay}
          onPress={() => store.toggle()}
        />
        <Button
          action="step"
          icon="step"
          shortcut="→"
          label={words.next_epoch}
          disabled={!canAdvance.value}
          onPress={() => store.step(1)}
        />
        <Button
          action="head"
          icon="head"
          shortcut="."
          label={words.last_epoch}
          disabled={atHead.value}
          onPress={() => store.toHead()}
        />
      </div>
      <Counter view={view} />
      <Timeline view={view} />
      <Speed view={view} />
    </div>
  );
}

function Counter({ view }: { view: View }) {
  const { store, words } = view;
  const epoch = useComputed(() => (store.cursor.value < 0 ? "–" : grouped(store.cursor.value)));
  const goal = useComputed(() => {
    store.version.value;
    return grouped(Math.max(store.status.value.goal, store.recording.value?.epochs ?? 0));
  });
  const width = words.epoch.length + 2 * goal.value.length + 4;
  return (
    <p class="epochscope-counter" data-part="counter" style={{ "--epochscope-room": width }}>
      <strong>
        {words.epoch} <span data-part="epoch">{epoch}</span>
      </strong>{" "}
      <span>
        / <span data-part="goal">{goal}</span>
      </span>
    </p>
  );
}

function Timeline({ view }: { view: View }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => createTimeline(host.current as HTMLDivElement, view).destroy, [view]);
  return <div class="epochscope-timeline" data-part="timeline" ref={host} />;
}

function Speed({ view }: { view: View }) {
  const { store, words } = view;
  const speed = store.speed.value;
  const speeds = SPEEDS.includes(speed) || !Number.isFinite(speed) ? SPEEDS : [...SPEEDS, speed].sort((a, b) => a - b);
  return (
    <label class="epochscope-speed">
      <span class="epochscope-visually-hidden">{words.speed}</span>
      <select
        class="epochscope-select"
        data-action="speed"
        value={String(speed)}
        onChange={(event) => store.setSpeed(Number(event.currentTarget.value))}
      >
        {speeds.map((each) => (
          <option key={each} value={String(each)}>
            {fill(words.epochs_per_second, { speed: each })}
          </option>
        ))}
        <option value="Infinity">{words.max_speed}</option>
      </select>
    </label>
  );
}
