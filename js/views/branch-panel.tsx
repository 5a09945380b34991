/** Go on from the epoch on show: forget what came after, or branch away with another learning rate. */
import { useSignal } from "@preact/signals";
import { rate } from "../text/words";
import { Button } from "./button";
import { Panel } from "./panel";
import type { View } from "./view";

/** What a lecturer tries after a run that went wrong: a third of the rate. */
const GENTLER = 0.3;

export function BranchPanel({ view }: { view: View }) {
  const { store, words } = view;
  const recording = store.recording.value;
  const epoch = store.cursor.value;
  const now = recording && epoch >= 0 && epoch < recording.epochs ? recording.lr(epoch) : null;
  const lr = useSignal(now === null ? "0.01" : rate(now * GENTLER));
  const wanted = Number(lr.value);
  const valid = wanted > 0 && Number.isFinite(wanted);
  const act = (action: () => void): void => {
    view.panel.value = null;
    action();
  };
  return (
    <Panel view={view} name="branch" title={words.goOnFrom(epoch)}>
      <form
        class="epochscope-way"
        onSubmit={(event) => {
          event.preventDefault();
          if (valid) act(() => store.branch(wanted));
        }}
      >
        <label>
          {words.learningRate}{" "}
          <input
            class="epochscope-field"
            type="number"
            min="0"
            step="any"
            value={lr.value}
            onInput={(event) => {
              lr.value = event.currentTarget.value;
            }}
          />
        </label>
        <button
          type="submit"
          class="epochscope-button epochscope-button-filled"
          aria-disabled={valid ? undefined : "true"}
        >
          {words.branch}
        </button>
        <p class="epochscope-way-hint">{words.branchHint}</p>
      </form>
      <div class="epochscope-way">
        <p>{words.rewindHint}</p>
        <Button
          kind="strong"
          label={words.rewind}
          text={words.rewind}
          disabled={epoch >= store.head.value}
          onPress={() => act(() => store.rewind())}
        />
      </div>
      {recording && recording.ghosts.length > 0 && (
        <ul class="epochscope-ghosts" aria-label={words.otherLines}>
          {recording.ghosts.map(({ id, start, losses, lr: theirs }) => (
            <li key={id}>
              <span>{words.ghost(start, start + losses.length - 1, theirs)}</span>
              <Button
                kind="strong"
                label={words.returnTo}
                text={words.returnTo}
                onPress={() => act(() => store.returnTo(id))}
              />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
