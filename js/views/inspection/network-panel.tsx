import type { View } from "../view";
import { Section } from "./section";

export function NetworkPanel({ view }: { view: View }) {
  return <Section view={view} name="network" title={view.words.network} />;
}
