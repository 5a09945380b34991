/** What the runs of a comparison have in common. */
import { useComputed } from "@preact/signals";
import { describeModel, fill } from "../../text/words";
import type { ComparisonView } from "./comparison-view";
import { differsAt } from "./texts";

export function ComparisonHeader({ view }: { view: ComparisonView }) {
  const { comparison, words } = view;
  const common = useComputed(() => {
    for (const { version } of comparison.runs) version.value;
    const recordings = comparison.runs.flatMap(({ recording }) => recording.value ?? []);
    const [first, ...others] = recordings.map(({ metadata }) => metadata);
    if (!first) return "";
    const shared = Object.entries(first).filter(([key, value]) =>
      others.every((other) => (other as Record<string, unknown>)[key] === value),
    );
    const metadata = Object.fromEntries(shared);
    const epochs = Math.max(...recordings.map((recording) => recording.epochs));
    return describeModel(words, metadata, typeof metadata.lr === "number" ? metadata.lr : null, epochs);
  });
  const differing = useComputed(() => describeDifferences(view));
  return (
    <header class="epochscope-header" data-part="header">
      <p class="epochscope-model" data-part="model">
        <strong>{fill(words.runs_count, { count: comparison.runs.length })}</strong> <span>{common}</span>
      </p>
      <p class="epochscope-score" data-part="score">
        {differing}
      </p>
    </header>
  );
}

/** At how many positions of a text that runs share they predict different tokens; "" if no two share one. */
function describeDifferences({ comparison, words, groups }: ComparisonView): string {
  for (const { version } of comparison.runs) version.value;
  const group = groups.value.find(({ runs }) => runs.length > 1);
  if (!group || comparison.stage.cursor.value < 0) return "";
  const epochs = group.runs.map(({ store }) => store.cursor.value);
  const recordings = group.runs.map(({ store }) => store.recording.value);
  const { positions } = group.recording;
  let count = 0;
  for (let at = 0; at < positions; at++) if (differsAt(recordings, epochs, at)) count++;
  return fill(words.runs_differ_at, { count, positions });
}
