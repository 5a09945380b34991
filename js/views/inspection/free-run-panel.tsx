import type { View } from "../view";
import { Section } from "./section";

export function FreeRunPanel({ view }: { view: View }) {
  return <Section view={view} name="free_run" title={view.words.free_run} />;
}
