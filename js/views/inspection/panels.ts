/** The inspection panels, in the order of their buttons and of the page. */
import type { ComponentType } from "preact";
import type { Words } from "../../text/words";
import type { View } from "../view";
import type { InspectionName } from "./choices";
import { CodePanel } from "./code-panel";
import { FreeRunPanel } from "./free-run-panel";
import { InsidePanel } from "./inside-panel";
import { MemoryPanel } from "./memory-panel";
import { NetworkPanel } from "./network-panel";
import { ReachPanel } from "./reach-panel";

export interface InspectionPanel {
  /** Its button has the word of this name. */
  readonly name: InspectionName;
  readonly hint: (words: Words) => string;
  readonly Panel: ComponentType<{ view: View }>;
}

export const PANELS: readonly InspectionPanel[] = [
  { name: "free_run", hint: (words) => words.free_run_hint, Panel: FreeRunPanel },
  { name: "memory", hint: (words) => words.memory_hint, Panel: MemoryPanel },
  { name: "inside", hint: (words) => words.inside_hint, Panel: InsidePanel },
  { name: "gradient_reach", hint: (words) => words.gradient_reach_hint, Panel: ReachPanel },
  { name: "network", hint: (words) => words.network_hint, Panel: NetworkPanel },
  { name: "code", hint: (words) => words.code_hint, Panel: CodePanel },
];
