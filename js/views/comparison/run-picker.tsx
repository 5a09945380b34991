/** Which run the panels show: one, or two above each other. */
import { fill } from "../../text/words";
import { Button } from "../button";
import { Swatch } from "../swatch";
import type { ComparisonView } from "./comparison-view";
import type { Run } from "./runs";

export function RunPicker({ view, runs }: { view: ComparisonView; runs: readonly Run[] }) {
  const { words, comparison } = view;
  const chosen = comparison.chosen.value;
  const two = chosen.length > 1;
  const next = runs.find(({ index }) => !chosen.includes(index));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has a frame and a legend
    <span class="epochscope-run-picker" role="group" aria-label={words.runs_shown}>
      {runs.map(({ index, label }) => (
        <Button
          key={index}
          kind="quiet"
          action={`show-${index + 1}`}
          label={label}
          text
          before={<Swatch run={index} />}
          hint={fill(words.runs_show, { run: label, key: index + 1 })}
          pressed={chosen.includes(index)}
          // While two are shown, a button adds its run, in the place of the earlier one, or takes it away.
          onPress={(event) => comparison.choose(index, two || event.shiftKey)}
        />
      ))}
      <Button
        kind="quiet"
        action="show-two"
        label={runs.length === 2 ? words.runs_show_both : words.runs_show_two}
        text
        hint={words.runs_show_two_hint}
        pressed={two}
        onPress={() => {
          if (two) comparison.choose(chosen.at(-1) as number, false);
          else if (next) comparison.choose(next.index, true);
        }}
      />
    </span>
  );
}
