/** The inspection panels, in the order of their buttons and of the page. */
import type { ComponentType } from "preact";
import type { View } from "../view";
import type { InspectionName } from "./choices";
import { FreeRunPanel } from "./free-run-panel";
import { InsidePanel } from "./inside-panel";
import { MemoryPanel } from "./memory-panel";
import { NetworkPanel } from "./network-panel";
import { ReachPanel } from "./reach-panel";

interface InspectionPanel {
  /** Its button has the words `name` and `name_hint`. */
  readonly name: InspectionName;
  readonly Panel: ComponentType<{ view: View }>;
}

export const PANELS: readonly InspectionPanel[] = [
  { name: "free_run", Panel: FreeRunPanel },
  { name: "memory", Panel: MemoryPanel },
  { name: "inside", Panel: InsidePanel },
  { name: "gradient_reach", Panel: ReachPanel },
  { name: "network", Panel: NetworkPanel },
];
