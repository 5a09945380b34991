/** The inspection panels below the toolbar, and the bar that they share. */
import type { View } from "../view";
import { InspectionBar } from "./bar";
import { FreeRunPanel } from "./free-run-panel";
import { InsidePanel } from "./inside-panel";
import type { InspectionName } from "./inspection";
import { MemoryPanel } from "./memory-panel";
import { NetworkPanel } from "./network-panel";

/** In the order in which they are shown. */
export const PANELS = ["free_run", "memory", "inside", "network"] as const satisfies readonly InspectionName[];

const VIEWS = { free_run: FreeRunPanel, memory: MemoryPanel, inside: InsidePanel, network: NetworkPanel };

export function InspectionArea({ view }: { view: View }) {
  const { inspection, layout, store } = view;
  const open = PANELS.filter((name) => inspection.open.value.has(name));
  if (open.length === 0 || !layout.value || !store.recording.value) return null;
  return (
    <div class="epochscope-inspection" data-part="inspection">
      {inspection.needsWeights.value && <InspectionBar view={view} />}
      {open.map((name) => {
        const Panel = VIEWS[name];
        return <Panel key={name} view={view} />;
      })}
    </div>
  );
}
