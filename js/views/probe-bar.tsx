/** Which probe is shown, and the other numbers that are recorded with the current one. */
import { useComputed } from "@preact/signals";
import type { Store } from "../player/store";
import type { Recording } from "../player/types";
import { rate } from "../text/words";
import { Button } from "./button";
import type { View } from "./view";

/** More probes, or longer names in all, are in a list. */
const MOST_BUTTONS = 5;
const MOST_LETTERS = 44;

export function ProbeBar({ view: { store, words } }: { view: View }) {
  const numbers = useComputed(() => numbersOf(store));
  const chooses = store.probes.value.length > 1;
  if (!chooses && numbers.value.length === 0) return null;
  return (
    <div class="epochscope-probes">
      {chooses && <Chooser store={store} label={words.probes} />}
      {numbers.value.length > 0 && (
        <p class="epochscope-scalars" data-part="scalars">
          {numbers.value.map(([name, number]) => (
            <span key={name}>
              <bdi>{name}</bdi> {number}
            </span>
          ))}
        </p>
      )}
    </div>
  );
}

function Chooser({ store, label }: { store: Store; label: string }) {
  const names = store.probes.value.map(({ name }) => name);
  const shown = store.probe.value;
  if (names.length > MOST_BUTTONS || names.join("").length > MOST_LETTERS) {
    return (
      <label class="epochscope-list">
        <span class="epochscope-visually-hidden">{label}</span>
        <select
          class="epochscope-select"
          data-action="probe"
          value={String(shown)}
          onChange={({ currentTarget }) => store.chooseProbe(Number(currentTarget.value))}
        >
          {names.map((name, probe) => (
            <option key={name} value={String(probe)}>
              {name}
            </option>
          ))}
        </select>
      </label>
    );
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has a frame and a legend
    <div class="epochscope-segments" data-part="probes" role="group" aria-label={label}>
      {names.map((name, probe) => (
        <Button
          key={name}
          kind="quiet"
          action={`probe-${probe + 1}`}
          label={name}
          text
          pressed={probe === shown}
          onPress={() => store.chooseProbe(probe)}
        />
      ))}
    </div>
  );
}

/** The names and values of scalars at the cursor; of those that are given now and then, the latest. */
function numbersOf(store: Store): readonly (readonly [name: string, number: string])[] {
  store.version.value;
  const [recording, cursor] = [store.recording.value, store.cursor.value];
  if (!recording) return [];
  return [...recording.scalars].map(([name, values]) => [name, latest(values, cursor, recording)]);
}

function latest(values: Float64Array, cursor: number, { epochs }: Recording): string {
  let epoch = Math.min(cursor, epochs - 1);
  while (epoch >= 0 && Number.isNaN(values[epoch])) epoch--;
  return epoch < 0 ? "–" : rate(values[epoch] as number);
}
