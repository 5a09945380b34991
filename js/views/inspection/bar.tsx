/** What all inspection panels read, and with the weights of which epoch. */
import { useSignalEffect } from "@preact/signals";
import type { ComponentType } from "preact";
import { useRef } from "preact/hooks";
import { describePlace, EPOCHS } from "../../text/places";
import { fill } from "../../text/words";
import { Button } from "../button";
import { Token } from "../token";
import type { View } from "../view";
import { MAX_OWN } from "./inspection";

const MAX_TEMPERATURE = 2;
/** Of the tokens that are left out, so many are named. */
const MAX_NAMED = 8;

/** `views`: of the runs whose panels are shown; what is chosen is the same for all. */
export function InspectionBar({ views }: { views: readonly [View, ...View[]] }) {
  const [view] = views;
  const { words, inspection } = view;
  const { choices } = inspection;
  const own = choices.words.value !== "";
  const continues = views.some((each) => each.inspection.typed.value.indices.length > 0);
  return (
    <div class="epochscope-inspect-bar" data-part="inspect-bar">
      <div class="epochscope-inspect-words">
        <WordsField view={view} />
        {own && (
          <Button
            kind="quiet"
            action="clear-words"
            icon="close"
            label={words.own_words_back}
            onPress={() => {
              choices.words.value = "";
            }}
          />
        )}
      </div>
      {continues && (
        <label class="epochscope-inspect-temperature">
          {words.temperature}
          <input
            type="range"
            data-part="temperature"
            min="0"
            max={MAX_TEMPERATURE}
            step="0.1"
            value={choices.temperature.value}
            onInput={(event) => {
              choices.temperature.value = Number(event.currentTarget.value);
            }}
          />
          <output>{choices.temperature.value.toFixed(1)}</output>
        </label>
      )}
      {continues && choices.temperature.value > 0 && (
        <Button
          kind="strong"
          action="draw-again"
          label={words.draw_again}
          text
          onPress={() => {
            choices.seed.value++;
          }}
        />
      )}
      <p class="epochscope-inspect-note" data-part="inspect-note" role="status">
        {own && <Notes views={views} keyOf={typedKey} Note={Typed} />}
        <Notes views={views} keyOf={sourceOf} Note={Source} />
      </p>
    </div>
  );
}

interface NotesProps {
  views: readonly [View, ...View[]];
  /** What the note says; "" for nothing. */
  keyOf: (view: View) => string;
  Note: ComponentType<{ view: View }>;
}

/** A note about each run; without their names if it is the same for all. */
function Notes({ views, keyOf, Note }: NotesProps) {
  const keys = views.map(keyOf);
  if (keys.every((key) => key === keys[0])) return <Note view={views[0]} />;
  return (
    <>
      {views.map((view, i) =>
        keys[i] === "" ? null : (
          <span key={view.name?.run} class="epochscope-inspect-note-run">
            <b>{view.name?.label}:</b> <Note view={view} />
          </span>
        ),
      )}
    </>
  );
}

function typedKey({ inspection }: View): string {
  const { indices, unknown } = inspection.typed.value;
  return unknown.length === 0 && indices.length > 0 && indices.length <= MAX_OWN
    ? ""
    : JSON.stringify([unknown, indices.length === 0, indices.length > MAX_OWN]);
}

/**
 * The field. The signal follows what is typed, but not the characters that an input method still composes: a change of
 * the field's value from outside would end the composition.
 */
function WordsField({ view }: { view: View }) {
  const { words, inspection, store } = view;
  const field = useRef<HTMLInputElement>(null);
  const composing = useRef(false);
  useSignalEffect(() => {
    const now = inspection.choices.words.value;
    if (field.current && !composing.current && field.current.value !== now) field.current.value = now;
  });
  const take = (input: HTMLInputElement): void => {
    inspection.choices.words.value = input.value;
  };
  const byWords = store.recording.value?.separator === " ";
  return (
    <label>
      <span>{words.own_words}</span>
      <input
        ref={field}
        class="epochscope-field"
        type="text"
        data-part="own-words"
        maxLength={4000}
        placeholder={byWords ? words.own_words_empty_tokens : words.own_words_empty}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        dir="auto"
        onCompositionStart={() => {
          composing.current = true;
        }}
        onCompositionEnd={(event) => {
          composing.current = false;
          take(event.currentTarget);
        }}
        onBlur={(event) => {
          composing.current = false;
          take(event.currentTarget);
        }}
        onInput={(event) => {
          if (!composing.current) take(event.currentTarget);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || event.isComposing || event.currentTarget.value === "") return;
          event.stopPropagation(); // in presentation mode, Escape would leave it
          event.currentTarget.value = "";
          take(event.currentTarget);
        }}
      />
    </label>
  );
}

/** What of the reader's words is not read. */
function Typed({ view }: { view: View }) {
  const { words, inspection } = view;
  const { indices, unknown } = inspection.typed.value;
  return (
    <>
      {unknown.length > 0 && (
        <span class="epochscope-message-problem">
          {words.unknown_tokens}{" "}
          {unknown.slice(0, MAX_NAMED).map((token) => (
            <span key={token}>
              <Token token={token} />{" "}
            </span>
          ))}
          {unknown.length > MAX_NAMED && "…"}
        </span>
      )}
      {indices.length === 0 && <span>{unknown.length > 0 ? words.own_words_none : words.own_words_blank}</span>}
      {indices.length > MAX_OWN && <span>{fill(words.own_words_long, { count: MAX_OWN })}</span>}
    </>
  );
}

/** Whose weights these are, or why there are none; "" if they are those of the epoch on show. */
function sourceOf({ words, inspection, store }: View): string {
  const { refusal } = store.weights;
  if (refusal.value !== null) return fill(words.weights_refused, { message: refusal.value });
  const shown = inspection.shown.value;
  if (shown) {
    const recording = store.recording.value ?? EPOCHS;
    if (shown.epoch === Math.max(0, store.cursor.value)) return "";
    return fill(recording.axis === "token" ? words.weights_of_token : words.weights_of, {
      at: describePlace(words, recording, shown.epoch),
    });
  }
  if (store.head.value < 0) return words.weights_later;
  const live = store.connection.value === "live" || store.connection.value === "waiting";
  return live ? words.weights_awaited : words.weights_missing;
}

function Source({ view }: { view: View }) {
  const text = sourceOf(view);
  const isProblem = view.store.weights.refusal.value !== null;
  return text && <span class={isProblem ? "epochscope-message-problem" : undefined}>{text}</span>;
}
