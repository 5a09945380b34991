import type { View } from "../view";
import { Section } from "./section";

export function MemoryPanel({ view }: { view: View }) {
  return <Section view={view} name="memory" title={view.words.memory} />;
}
