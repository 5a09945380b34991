/** The inspection panels of the chosen runs: of each kind, those of two runs above each other. */
import { Encoding } from "../encoding";
import { InspectionBar } from "../inspection/bar";
import { PANELS } from "../inspection/panels";
import type { ComparisonView } from "./comparison-view";

export function ComparisonPanels({ view }: { view: ComparisonView }) {
  const { choices, comparison, encoding, layout } = view;
  /** In the order of the runs, not in that of choosing. */
  const shown = [...comparison.chosen.value].sort((a, b) => a - b).flatMap((run) => view.views[run] ?? []);
  const [first] = shown;
  const open = PANELS.filter(({ name }) => choices.open.value.has(name));
  const [one, ...others] = shown.filter(({ store }) => store.recording.value !== null);
  return (
    <>
      {encoding.value && first && <Encoding view={first} />}
      {open.length > 0 && layout.value && one && (
        <div class="epochscope-inspection" data-part="inspection">
          {choices.needsWeights.value && <InspectionBar views={[one, ...others]} />}
          {open.flatMap(({ name, Panel }) =>
            [one, ...others].map((each) => <Panel key={`${name} ${each.name?.run}`} view={each} />),
          )}
        </div>
      )}
    </>
  );
}
