/** A sweep, in any element: how its runs ended, and below it the runs that are replayed or compared. */
import { computed, signal } from "@preact/signals";
import { render } from "preact";
import { useCallback } from "preact/hooks";
import type { SweepStore } from "../../player/sweep";
import { wordsFor } from "../../text/words";
import { LiveRegion } from "../live-region";
import type { PlayerOptions } from "../player";
import { uniqueInPage } from "../unique";
import { Boxes } from "./boxes";
import { describeMilestone } from "./describe";
import { Failures } from "./failures";
import { SweepHeader } from "./header";
import { Opened } from "./opened";
import type { SweepView } from "./sweep-view";

export function mountSweep(el: HTMLElement, store: SweepStore, options: Pick<PlayerOptions, "lang">): () => void {
  const { lang, words } = wordsFor(options.lang || navigator.language);
  const logScale = signal(false);
  const view: SweepView = {
    ...{ store, words, lang, logScale },
    range: computed(() => ({
      ...store.state.value.losses[logScale.value ? "log" : "linear"],
      log: logScale.value,
    })),
    choices: signal(store.state.peek().axes.map(() => 0)),
    id: `epochscope-sweep-${uniqueInPage()}`,
  };
  el.classList.add("epochscope-player"); // some hosts do not set the class that the stylesheet needs
  el.dataset.lmSuppressShortcuts = "true"; // turn off JupyterLab's single-key shortcuts
  render(<Sweep view={view} />, el);
  return () => render(null, el);
}

function Sweep({ view }: { view: SweepView }) {
  const { store, words, lang } = view;
  const summary = useCallback(() => describeMilestone(words, store.state.value), [store, words]);
  return (
    <>
      <section class="epochscope-root epochscope-sweep" data-part="sweep" lang={lang} aria-label={words.sweep}>
        <SweepHeader view={view} />
        <Boxes view={view} />
        <Failures view={view} />
        <LiveRegion summary={summary} />
      </section>
      <Opened view={view} />
    </>
  );
}
