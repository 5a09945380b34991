/** A comparison of several runs, in any element: all views of one store. */
import { computed, signal } from "@preact/signals";
import { render } from "preact";
import type { ComparisonStore } from "../../player/comparison";
import { wordsFor } from "../../text/words";
import { InspectionChoices } from "../inspection/choices";
import { Inspection } from "../inspection/inspection";
import type { PlayerOptions } from "../player";
import { present } from "../presentation";
import { type Asking, watchQuestion } from "../question/asking";
import { QuestionArea } from "../question/card";
import { QuestionCard } from "../question/question-card";
import { watchTheme } from "../theme";
import { uniqueInPage } from "../unique";
import { axisEpochsOf, type PanelName, type View } from "../view";
import type { ComparisonView } from "./comparison-view";
import { ComparisonControls, listenComparison } from "./controls";
import { ComparisonGrid } from "./grid";
import { ComparisonHeader } from "./header";
import { runsOf } from "./runs";
import { groupsOf } from "./texts";

export function mountComparison(el: HTMLElement, comparison: ComparisonStore, options: PlayerOptions): () => void {
  const view = viewOf(comparison, options);
  el.classList.add("epochscope-player");
  el.dataset.lmSuppressShortcuts = "true"; // turn off JupyterLab's single-key shortcuts
  const life = new AbortController();
  const { asked, card, words, panel, views, choices } = view;
  const asking: Asking = {
    ...{ asked, card, words, panel, views, choices, labels: comparison.labels },
    showRun: (run) => comparison.choose(run),
  };
  listenComparison(el, view, asking, life.signal);
  watchQuestion(asking, life.signal);
  present(el, view, life.signal);
  views.forEach(({ inspection }, run) => {
    inspection.watch(life.signal, () => comparison.chosen.value.includes(run));
  });
  const stopTheme = watchTheme(view.theme);
  render(<Comparison view={view} asking={asking} label={options.label ?? view.words.player} />, el);
  return () => {
    life.abort();
    stopTheme();
    render(null, el);
  };
}

function viewOf(comparison: ComparisonStore, options: PlayerOptions): ComparisonView {
  const { lang, words } = wordsFor(options.lang || navigator.language);
  const axes = comparison.runs.map(axisEpochsOf);
  const id = uniqueInPage();
  const shared = {
    ...{ words, lang, charted: options.chart },
    axisEpochs: computed(() => Math.max(...axes.map((axis) => axis.value))),
    ...{ large: signal(false), encoding: signal(false), theme: signal(0) },
    panel: signal<PanelName | null>(null),
    ...{ asked: comparison.stage.asked, card: new QuestionCard() },
  };
  const choices = new InspectionChoices();
  const views = comparison.runs.map(
    (store, run): View => ({
      ...shared,
      store,
      name: { run, label: comparison.labels[run] ?? "" },
      ...{ layout: signal(null), scroll: signal(0) },
      inspection: new Inspection(store, choices),
      cardId: `epochscope-comparison-${id}-card-${run}`,
    }),
  );
  const [{ layout, scroll, cardId }] = views as [View, ...View[]];
  const runs = runsOf(comparison.runs, comparison.labels);
  const groups = computed(() => groupsOf(runs));
  return { ...shared, comparison, runs, groups, choices, views, layout, scroll, cardId };
}

function Comparison({ view, asking, label }: { view: ComparisonView; asking: Asking; label: string }) {
  const { lang } = view;
  return (
    <section class="epochscope-root epochscope-comparison" data-part="root" lang={lang} aria-label={label}>
      <div class="epochscope-top">
        <ComparisonHeader view={view} />
        <QuestionArea asking={asking} />
      </div>
      <ComparisonGrid view={view} />
      <ComparisonControls view={view} />
    </section>
  );
}
