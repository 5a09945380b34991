/** What anywidget loads: once for each model. All views of a model show one store. */
import { options } from "preact";
import { type ChartRefs, connectChart, type GetModel } from "./chart";
import { browser, oncePerFrame } from "./drawing/scheduler";
import { Link, type Model } from "./kernel/link";
import { PlayerStore } from "./player/store";
import { mountPlayer } from "./views/player";

interface InitializeProps {
  model: Model;
  signal?: AbortSignal;
}

interface RenderProps extends InitializeProps {
  el: HTMLElement;
  host?: { getModel: GetModel };
}

options.debounceRendering = oncePerFrame;

export default () => {
  let shared: { link: Link; store: PlayerStore } | undefined;
  let views = 0;
  /** Ends with the last view. */
  let visit = new AbortController();

  /** Through the model as `initialize` has it: what listens through a view's own goes with that view. */
  function share(model: Model): { link: Link; store: PlayerStore } {
    if (shared === undefined) {
      const link = new Link(model, browser, document);
      shared = { link, store: new PlayerStore(link, browser) };
    }
    return shared;
  }

  return {
    initialize({ model, signal }: InitializeProps) {
      const { store } = share(model);
      signal?.addEventListener("abort", () => {
        visit.abort();
        store.dispose();
      });
    },

    render({ model, el, signal, host }: RenderProps) {
      if (signal?.aborted) return;
      const { link, store } = share(model);
      const chart = (model.get("chart") ?? {}) as ChartRefs;
      const charted = Boolean(chart.cursor && host);
      if (views++ === 0) {
        visit = new AbortController();
        link.connect(store, visit.signal);
        if (host && charted) {
          connectChart(chart, host.getModel, store, browser, document, visit.signal).catch((error) =>
            console.warn("[epochscope] the chart keeps a cursor of its own:", error),
          );
        }
      }
      const unmount = mountPlayer(el, store, { lang: String(model.get("lang") ?? ""), chart: charted });
      let open = true;
      const close = () => {
        if (!open) return;
        open = false;
        unmount();
        if (--views === 0) visit.abort();
      };
      signal?.addEventListener("abort", close, { once: true });
      return close;
    },
  };
};
