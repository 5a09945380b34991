/** The inspection panels below the toolbar, and the bar that they share. */
import type { View } from "../view";
import { InspectionBar } from "./bar";
import { PANELS } from "./panels";

export function InspectionArea({ view }: { view: View }) {
  const { inspection, layout, store } = view;
  const open = PANELS.filter(({ name }) => inspection.choices.open.value.has(name));
  if (open.length === 0 || !layout.value || !store.recording.value) return null;
  return (
    <div class="epochscope-inspection" data-part="inspection">
      {inspection.choices.needsWeights.value && <InspectionBar views={[view]} />}
      {open.map(({ name, Panel }) => (
        <Panel key={name} view={view} />
      ))}
    </div>
  );
}
