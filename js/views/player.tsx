/** The player: everything that is shown of one store, in any element, with or without Jupyter. */
import { signal } from "@preact/signals";
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Store } from "../player/types";
import { wordsFor } from "../text/words";
import { Encoding } from "./encoding";
import { Header } from "./header";
import { listen } from "./keyboard";
import { Live } from "./live-region";
import { PositionCard } from "./position-card";
import { present } from "./presentation";
import { StateLine } from "./status-line";
import { createStage } from "./text-grid";
import { watchTheme } from "./theme";
import { Tools } from "./toolbar";
import { Transport } from "./transport";
import type { View } from "./view";

/** `chart`: a loss chart stands beside the player, in the same `.epochscope-with-chart` box. */
export interface PlayerOptions {
  /** "en", "ko"; "" asks the browser. */
  lang: string;
  chart: boolean;
}

/** For ids that are the page's own. */
let players = 0;

export function mountPlayer(el: HTMLElement, store: Store, options: PlayerOptions): () => void {
  const { lang, words } = wordsFor(options.lang || navigator.language);
  const view: View = {
    store,
    words,
    lang,
    charted: options.chart,
    layout: signal(null),
    scroll: signal(0),
    large: signal(false),
    panel: signal(null),
    encoding: signal(false),
    cardId: `epochscope-card-${players++}`,
    theme: signal(0),
  };
  el.classList.add("epochscope-player"); // what the stylesheet hangs on, in hosts that do not set it themselves
  el.dataset.lmSuppressShortcuts = "true"; // JupyterLab's single-key commands stay out of here
  const life = new AbortController();
  listen(el, store, life.signal);
  present(el, view, life.signal);
  const stopTheme = watchTheme(view.theme);
  render(<Player view={view} />, el);
  return () => {
    life.abort();
    stopTheme();
    render(null, el);
  };
}

function Player({ view }: { view: View }) {
  const { words, lang } = view;
  return (
    <section class="epochscope-root" lang={lang} aria-label={words.player}>
      <Header view={view} />
      <div class="epochscope-middle">
        <Stage view={view} />
        <PositionCard view={view} />
      </div>
      {view.encoding.value && <Encoding view={view} />}
      <div class="epochscope-bottom">
        <Transport view={view} />
        <div class="epochscope-foot">
          <StateLine view={view} />
          <Tools view={view} />
        </div>
      </div>
      <Live view={view} />
    </section>
  );
}

function Stage({ view }: { view: View }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => createStage(host.current as HTMLDivElement, view).destroy, [view]);
  return <div class="epochscope-stage" ref={host} />;
}
