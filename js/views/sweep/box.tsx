/** The runs that differ in their seeds only: what tells them from the others, their losses, and how many learn the text. */
import type { SweepBox, SweepState } from "../../player/sweep-data";
import { describeBox } from "./describe";
import { boxLabel } from "./labels";
import { Plot } from "./plot";
import { Rates } from "./rates";
import type { SweepView } from "./sweep-view";

interface BoxProps {
  view: SweepView;
  sweep: SweepState;
  box: SweepBox;
  /** Whether the options of the box are written above it. */
  titled: boolean;
  /** Whether it begins a row. */
  first: boolean;
}

export function Box({ view, sweep, box, titled, first }: BoxProps) {
  const { words } = view;
  const label = boxLabel(sweep.axes, box.at);
  const runs = sweep.runs.slice(box.start, box.start + sweep.seeds.length);
  return (
    <div
      style={first ? { gridColumnStart: 1 } : undefined}
      class="epochscope-sweep-box"
      data-part="sweep-box"
      data-box={sweep.boxes.indexOf(box)}
      data-titled={titled}
      data-alone={sweep.axes.length === 0}
    >
      <div class="epochscope-sweep-box-head">
        {titled && label && (
          <h4 class="epochscope-heading" title={label}>
            {label}
          </h4>
        )}
        <span data-part="sweep-notes">{describeBox(words, box, runs)}</span>
      </div>
      <Plot view={view} sweep={sweep} box={box} label={label} />
      <Rates words={words} box={box} runs={runs.length} />
    </div>
  );
}
