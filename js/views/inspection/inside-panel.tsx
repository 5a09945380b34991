import type { View } from "../view";
import { Section } from "./section";

export function InsidePanel({ view }: { view: View }) {
  return <Section view={view} name="inside" title={view.words.inside} />;
}
