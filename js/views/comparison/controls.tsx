/** The controls of a comparison below its rows, and the panels of the chosen runs. */
import { useCallback } from "preact/hooks";
import { LiveRegion } from "../live-region";
import { createTimeline } from "../timeline";
import { Transport } from "../transport";
import type { ComparisonView } from "./comparison-view";
import { curvesOf } from "./curves";
import { describeRuns } from "./events";
import { ComparisonPanels } from "./panels";
import type { Run } from "./runs";
import { comparisonMessage } from "./status";
import { ComparisonStatus } from "./status-line";
import { ComparisonToolbar } from "./toolbar";

export { listenComparison } from "./keys";

export function ComparisonControls({ view }: { view: ComparisonView }) {
  const { runs } = view;
  const summary = useCallback(() => summaryOf(view, runs), [view, runs]);
  return (
    <>
      <div class="epochscope-bottom epochscope-comparison-bottom">
        <ComparisonTransport view={view} runs={runs} />
        <div class="epochscope-footer">
          <ComparisonStatus view={view} runs={runs} />
          <ComparisonToolbar view={view} runs={runs} />
        </div>
      </div>
      <ComparisonPanels view={view} />
      <LiveRegion summary={summary} />
    </>
  );
}

function ComparisonTransport({ view, runs }: { view: ComparisonView; runs: readonly Run[] }) {
  const { comparison, words, axisEpochs, theme } = view;
  const { stage } = comparison;
  const epochs = () => {
    for (const { store } of runs) store.version.value;
    return Math.max(stage.head.value + 1, ...runs.map(({ store }) => store.status.value.goal));
  };
  const timeline = useCallback(
    (host: HTMLElement) =>
      createTimeline(host, { words, stage, axisEpochs, theme, asked: stage.asked }, curvesOf(host, runs, words)),
    [view, runs],
  );
  return <Transport stage={stage} front={stage.front} epochs={epochs} words={words} timeline={timeline} />;
}

/** A new problem at once, else the epoch on which the cursor has stopped; null while it moves. */
function summaryOf({ comparison: { stage }, words }: ComparisonView, runs: readonly Run[]): string | null {
  const { tone, text } = comparisonMessage(stage, runs, words);
  const [mode, epoch] = [stage.mode.value, stage.cursor.value];
  if (mode === "stopped" && epoch >= 0) {
    const described = describeRuns(runs, words, epoch);
    return tone === "problem" ? `${described}. ${text}` : described;
  }
  return tone === "problem" ? text : null;
}
