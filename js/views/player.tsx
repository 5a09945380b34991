/** The player: all views of one store, in any element, with or without Jupyter. */
import { signal } from "@preact/signals";
import { render } from "preact";
import { useCallback, useEffect, useRef } from "preact/hooks";
import type { Store } from "../player/store";
import { EPOCHS } from "../text/places";
import { describeEpoch, wordsFor } from "../text/words";
import { Encoding } from "./encoding";
import { Header } from "./header";
import { InspectionArea } from "./inspection/area";
import { Inspection } from "./inspection/inspection";
import { listen } from "./keyboard";
import { LiveRegion } from "./live-region";
import { PositionCard } from "./position-card";
import { present } from "./presentation";
import { type Asking, watchQuestion } from "./question/asking";
import { QuestionArea } from "./question/card";
import { QuestionCard } from "./question/question-card";
import { StatusLine } from "./status-line";
import { createTextGrid } from "./text-grid";
import { watchTheme } from "./theme";
import { createTimeline } from "./timeline";
import { curveOf } from "./timeline-curve";
import { Toolbar } from "./toolbar";
import { Transport } from "./transport";
import { uniqueInPage } from "./unique";
import { axisEpochsOf, type View } from "./view";

/** `chart`: whether a loss chart is shown next to the player, in the same `.epochscope-with-chart` box. */
export interface PlayerOptions {
  /** "en", "ko", or "" for the language of the browser */
  lang: string;
  chart: boolean;
  /** The name of the player for screen readers; defaults to what it does. */
  label?: string;
}

export function mountPlayer(el: HTMLElement, store: Store, options: PlayerOptions): () => void {
  const { lang, words } = wordsFor(options.lang || navigator.language);
  const view: View = {
    store,
    words,
    lang,
    charted: options.chart,
    layout: signal(null),
    axisEpochs: axisEpochsOf(store),
    scroll: signal(0),
    large: signal(false),
    panel: signal(null),
    encoding: signal(false),
    inspection: new Inspection(store),
    cardId: `epochscope-card-${uniqueInPage()}`,
    theme: signal(0),
    asked: store.asked,
    card: new QuestionCard(),
  };
  const { asked, card, panel, inspection } = view;
  const asking: Asking = {
    ...{ asked, card, words, panel, views: [view], labels: [] },
    ...{ choices: inspection.choices, showRun: () => {} },
  };
  el.classList.add("epochscope-player"); // some hosts do not set the class that the stylesheet needs
  el.dataset.lmSuppressShortcuts = "true"; // turn off JupyterLab's single-key shortcuts
  const life = new AbortController();
  listen(el, store, asking, life.signal);
  present(el, view, life.signal);
  inspection.watch(life.signal);
  watchQuestion(asking, life.signal);
  const stopTheme = watchTheme(view.theme);
  render(<Player view={view} asking={asking} label={options.label ?? words.player} />, el);
  return () => {
    life.abort();
    stopTheme();
    render(null, el);
  };
}

function Player({ view, asking, label }: { view: View; asking: Asking; label: string }) {
  const { words, lang, store } = view;
  /** Nothing while the cursor moves. */
  const summary = useCallback(() => {
    const [recording, epoch, mode] = [store.recording.value, store.cursor.value, store.mode.value];
    if (mode !== "stopped" || !recording || epoch < 0 || epoch >= recording.epochs) return null;
    return describeEpoch(words, recording, epoch);
  }, [store, words]);
  return (
    <section class="epochscope-root" data-part="root" lang={lang} aria-label={label}>
      <div class="epochscope-top">
        <Header view={view} />
        <QuestionArea asking={asking} />
      </div>
      <div class="epochscope-main">
        <TextGrid view={view} />
        <PositionCard view={view} />
      </div>
      <div class="epochscope-bottom">
        <PlayerTransport view={view} />
        <div class="epochscope-footer">
          <StatusLine view={view} />
          <Toolbar view={view} />
        </div>
      </div>
      {view.encoding.value && <Encoding view={view} />}
      <InspectionArea view={view} />
      <LiveRegion summary={summary} />
    </section>
  );
}

function PlayerTransport({ view }: { view: View }) {
  const { store, words, axisEpochs, theme } = view;
  const epochs = () => {
    store.version.value;
    return Math.max(store.status.value.goal, store.recording.value?.epochs ?? 0);
  };
  const placed = () => {
    store.version.value;
    return store.recording.value ?? EPOCHS;
  };
  const timeline = useCallback(
    (host: HTMLElement) =>
      createTimeline(host, { words, stage: store, axisEpochs, theme, asked: store.asked }, curveOf(store, words)),
    [view],
  );
  return (
    <Transport stage={store} front={store.head} epochs={epochs} placed={placed} words={words} timeline={timeline} />
  );
}

function TextGrid({ view }: { view: View }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => createTextGrid(host.current as HTMLDivElement, view).destroy, [view]);
  return <div class="epochscope-grid" data-part="grid" ref={host} />;
}
