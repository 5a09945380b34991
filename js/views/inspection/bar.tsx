/** What all inspection panels read, and with the weights of which epoch. */
import { fill, grouped } from "../../text/words";
import { Button } from "../button";
import { Token } from "../token";
import type { View } from "../view";

const MAX_TEMPERATURE = 2;

export function InspectionBar({ view }: { view: View }) {
  const { words, inspection } = view;
  const own = inspection.words.value !== "";
  const { unknown } = inspection.typed.value;
  return (
    <div class="epochscope-inspect-bar" data-part="inspect-bar">
      <label class="epochscope-inspect-words">
        {words.own_words}
        <input
          class="epochscope-field"
          type="text"
          data-part="own-words"
          maxLength={2000}
          placeholder={words.own_words_empty}
          value={inspection.words.value}
          onInput={(event) => {
            inspection.words.value = event.currentTarget.value;
          }}
        />
      </label>
      {own && (
        <label class="epochscope-inspect-temperature">
          {words.temperature}
          <input
            type="range"
            data-part="temperature"
            min="0"
            max={MAX_TEMPERATURE}
            step="0.1"
            value={inspection.temperature.value}
            onInput={(event) => {
              inspection.temperature.value = Number(event.currentTarget.value);
            }}
          />
          <output>{inspection.temperature.value.toFixed(1)}</output>
        </label>
      )}
      {own && inspection.temperature.value > 0 && (
        <Button
          kind="strong"
          action="draw-again"
          label={words.draw_again}
          text
          onPress={() => {
            inspection.seed.value++;
          }}
        />
      )}
      <p class="epochscope-inspect-note" data-part="inspect-note" role="status">
        {unknown.length > 0 && (
          <span class="epochscope-message-problem">
            {words.unknown_tokens}{" "}
            {unknown.slice(0, 8).map((token) => (
              <Token key={token} token={token} />
            ))}
          </span>
        )}
        <Source view={view} />
      </p>
    </div>
  );
}

/** Whose weights these are, or why there are none. */
function Source({ view }: { view: View }) {
  const { words, inspection, store } = view;
  const { refusal } = store.weights;
  if (refusal.value !== null) return <span class="epochscope-message-problem">{refusal.value}</span>;
  const shown = inspection.shown.value;
  if (shown) {
    if (shown.epoch === Math.max(0, store.cursor.value)) return null;
    return <span>{fill(words.weights_of, { epoch: grouped(shown.epoch) })}</span>;
  }
  if (store.head.value < 0) return <span>{words.weights_later}</span>;
  const live = store.connection.value === "live" || store.connection.value === "waiting";
  return <span>{live ? words.weights_awaited : words.weights_missing}</span>;
}
