/** The quieter tools below the transport. */
import { Button } from "./button";
import type { View } from "./view";

export function Tools({ view }: { view: View }) {
  const { store, words } = view;
  return (
    <div class="epochscope-tools">
      <Button
        kind="quiet"
        icon="loop"
        label={words.loop}
        pressed={store.loop.value}
        onPress={() => {
          store.loop.value = !store.loop.value;
        }}
      />
      {store.canTrain.value && (
        <Button
          kind="quiet"
          icon="reset"
          label={words.reset}
          text={words.reset}
          hint={words.resetHint}
          onPress={() => store.reset()}
        />
      )}
    </div>
  );
}
