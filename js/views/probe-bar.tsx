/** Which probe is shown, and the other numbers that are recorded with the current one. */
import { useComputed } from "@preact/signals";
import { Fragment } from "preact";
import { useRef } from "preact/hooks";
import type { Store } from "../player/store";
import { rate } from "../text/words";
import { Button } from "./button";
import { LatestScalars } from "./latest-scalars";
import type { View } from "./view";

/** More probes, or longer names in all, are in a list. */
const MOST_BUTTONS = 5;
const MOST_LETTERS = 44;

export function ProbeBar({ view: { store, words } }: { view: View }) {
  const latest = useRef(new LatestScalars());
  const numbers = useComputed(() => numbersOf(store, latest.current));
  const chooses = store.probes.value.length > 1;
  if (!chooses && numbers.value.length === 0) return null;
  return (
    <div class="epochscope-probes">
      {chooses && <Chooser store={store} label={words.probes} />}
      {numbers.value.length > 0 && (
        <p
          class="epochscope-scalars"
          data-part="scalars"
          title={numbers.value.map(([name, number]) => `${name} ${number}`).join("\n")}
        >
          {numbers.value.map(([name, number]) => (
            <Fragment key={name}>
              <span>
                <bdi>{name}</bdi> <span class="epochscope-number">{number}</span>
              </span>{" "}
            </Fragment>
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
function numbersOf(store: Store, latest: LatestScalars): readonly (readonly [name: string, number: string])[] {
  store.version.value;
  const [recording, cursor] = [store.recording.value, store.cursor.value];
  if (!recording) return [];
  return [...recording.scalars].map(([name, values]) => {
    const epoch = latest.at(recording, name, Math.min(cursor, recording.epochs - 1));
    return [name, epoch < 0 ? "–" : rate(values[epoch] as number)];
  });
}
