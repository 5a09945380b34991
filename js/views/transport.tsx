/** The transport: playback buttons, the current epoch, the timeline and the speed. */
import { type ReadonlySignal, useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Stage } from "../player/stage";
import { axisEnd, axisName, EPOCHS, moveWords, type PlacedRecords, placeNumber } from "../text/places";
import { fill, type Words } from "../text/words";
import { Button } from "./button";

const SPEEDS = [1, 2, 4, 8, 12, 24, 60];

/** The transport of one run, or of several in lock step, as the controls use it. */
export type Transported = Pick<
  Stage,
  | ("cursor" | "wanted" | "head" | "mode" | "canTrain" | "speed" | "dragging")
  | ("toggle" | "step" | "seek" | "toStart" | "toHead" | "setSpeed")
>;

interface TransportProps {
  stage: Transported;
  /** The epoch at which Play trains; of one run, its head. */
  front: ReadonlySignal<number>;
  /** The number of epochs that there are or will be. */
  epochs: () => number;
  /** Where the epochs are on the axis. Reads signals. */
  placed?: () => PlacedRecords;
  words: Words;
  timeline: (host: HTMLElement) => { destroy: () => void };
}

export function Transport({ stage, front, epochs, placed = () => EPOCHS, words, timeline }: TransportProps) {
  // The cursor may be there before its record is in this page.
  const atStart = useComputed(() => stage.wanted.value <= 0);
  const atHead = useComputed(() => stage.wanted.value >= stage.head.value);
  const atFront = useComputed(() => stage.wanted.value === front.value || atHead.value);
  const playing = useComputed(() => stage.mode.value !== "stopped");
  const canAdvance = useComputed(() => stage.canTrain.value || (!atHead.value && stage.head.value >= 0));
  const canPlay = playing.value || canAdvance.value || stage.head.value >= 0;
  const playAction = playing.value ? "pause" : atFront.value && stage.canTrain.value ? "train" : "play";
  const axis = useComputed(() => placed().axis);
  const labels = moveWords(words, axis.value);
  return (
    <div class="epochscope-transport" data-part="transport">
      <div class="epochscope-buttons">
        <Button
          action="start"
          icon="start"
          shortcut="Home"
          label={labels.first}
          disabled={atStart.value}
          onPress={() => stage.toStart()}
        />
        <Button
          action="back"
          icon="back"
          shortcut="←"
          label={labels.previous}
          disabled={atStart.value}
          onPress={() => stage.step(-1)}
        />
        <Button
          action={playAction}
          icon={playing.value ? "pause" : "play"}
          kind="primary"
          label={words[playAction]}
          shortcut={words.space_key}
          disabled={!canPlay}
          onPress={() => stage.toggle()}
        />
        <Button
          action="step"
          icon="step"
          shortcut="→"
          label={labels.next}
          disabled={!canAdvance.value}
          onPress={() => stage.step(1)}
        />
        <Button
          action="head"
          icon="head"
          shortcut="."
          label={labels.last}
          disabled={atHead.value}
          onPress={() => stage.toHead()}
        />
      </div>
      <Counter stage={stage} epochs={epochs} placed={placed} words={words} />
      <Timeline create={timeline} />
      <Speed stage={stage} words={words} unit={labels.speed} />
    </div>
  );
}

interface CounterProps extends Pick<TransportProps, "stage" | "epochs" | "words"> {
  placed: () => PlacedRecords;
}

function Counter({ stage, epochs, placed, words }: CounterProps) {
  const epoch = useComputed(() => (stage.cursor.value < 0 ? "–" : placeNumber(placed(), stage.cursor.value)));
  const goal = useComputed(() => axisEnd(placed(), epochs()));
  const name = useComputed(() => axisName(words, placed().axis));
  const width = name.value.length + 2 * goal.value.length + 4;
  return (
    <p class="epochscope-counter" data-part="counter" style={{ "--epochscope-room": width }}>
      <strong>
        {name} <span data-part="epoch">{epoch}</span>
      </strong>{" "}
      {goal.value && (
        <span>
          / <span data-part="goal">{goal}</span>
        </span>
      )}
    </p>
  );
}

function Timeline({ create }: { create: TransportProps["timeline"] }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => create(host.current as HTMLDivElement).destroy, [create]);
  return <div class="epochscope-timeline" data-part="timeline" ref={host} />;
}

/** `unit`: a speed with its unit, as a template. */
function Speed({ stage, words, unit }: Pick<TransportProps, "stage" | "words"> & { unit: string }) {
  const speed = stage.speed.value;
  const speeds = SPEEDS.includes(speed) || !Number.isFinite(speed) ? SPEEDS : [...SPEEDS, speed].sort((a, b) => a - b);
  return (
    <label class="epochscope-list epochscope-speed">
      <span class="epochscope-visually-hidden">{words.speed}</span>
      <select
        class="epochscope-select"
        data-action="speed"
        value={String(speed)}
        onChange={(event) => stage.setSpeed(Number(event.currentTarget.value))}
      >
        {speeds.map((each) => (
          <option key={each} value={String(each)}>
            {fill(unit, { speed: each })}
          </option>
        ))}
        <option value="Infinity">{words.max_speed}</option>
      </select>
    </label>
  );
}
