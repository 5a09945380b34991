/** Choose the map on show, if there is no room for all. */
import { fill } from "../../text/words";
import { Button } from "../button";
import { Swatch } from "../swatch";
import type { ComparisonView } from "./comparison-view";
import type { Run } from "./runs";

export function MapTabs({ view, runs, shown }: { view: ComparisonView; runs: readonly Run[]; shown: readonly Run[] }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has a frame and a legend
    <div class="epochscope-map-tabs" data-part="map-tabs" role="group" aria-label={view.words.maps}>
      {runs.map((run) => (
        <Button
          key={run.index}
          kind="quiet"
          action={`map-${run.index + 1}`}
          label={run.label}
          text
          before={<Swatch run={run.index} />}
          hint={fill(view.words.runs_map, { run: run.label })}
          pressed={shown.includes(run)}
          onPress={() => view.comparison.choose(run.index, false)}
        />
      ))}
    </div>
  );
}
