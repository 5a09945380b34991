/** The anywidget entry point. All views of one model share one store. */
import { options } from "preact";
import { type ChartRefs, connectChart, type GetModel } from "./chart";
import { browserScheduler, oncePerFrame } from "./drawing/scheduler";
import { Link, type Model } from "./kernel/link";
import { PlayerStore } from "./player/store";
import { mountPlayer } from "./views/player";

/** anywidget before 0.10 has no host, but its models give away their widget manager. */
interface ManagedModel extends Model {
  widget_manager?: { get_model: GetModel };
}

interface InitializeProps {
  model: ManagedModel;
  signal?: AbortSignal;
}

interface RenderProps extends InitializeProps {
  el: HTMLElement;
  host?: { getModel: GetModel };
}

options.debounceRendering = oncePerFrame;

/** Return what finds the models of the chart, or nothing in a page that only has anywidgets. */
function modelsOf(model: ManagedModel, host: RenderProps["host"]): GetModel | undefined {
  const manager = model.widget_manager;
  return host?.getModel ?? (manager && ((ref) => manager.get_model(ref.replace("anywidget:", ""))));
}

export default () => {
  let shared: { link: Link; store: PlayerStore } | undefined;
  let views = 0;
  /** Aborted when the last view is removed. */
  let connection = new AbortController();

  /** Use the model of `initialize`: listeners added through a view's model are removed with that view. */
  function share(model: Model): { link: Link; store: PlayerStore } {
    if (shared === undefined) {
      const link = new Link(model, browserScheduler, document);
      shared = { link, store: new PlayerStore(link, browserScheduler) };
    }
    return shared;
  }

  return {
    initialize({ model, signal }: InitializeProps) {
      const { store } = share(model);
      const close = () => {
        connection.abort();
        store.dispose();
      };
      signal?.addEventListener("abort", close, { once: true });
      return close; // anywidget before 0.10 has no signal
    },

    render({ model, el, signal, host }: RenderProps) {
      if (signal?.aborted) return;
      const { link, store } = share(model);
      const chart = (model.get("chart") ?? {}) as ChartRefs;
      const getModel = chart.cursor ? modelsOf(model, host) : undefined;
      if (views++ === 0) {
        connection = new AbortController();
        link.connect(store, connection.signal);
        if (getModel) {
          connectChart(chart, getModel, store, browserScheduler, document, connection.signal).catch((error) =>
            console.warn("[epochscope] the chart's cursor is not connected:", error),
          );
        }
      }
      const unmount = mountPlayer(el, store, { lang: String(model.get("lang") ?? ""), chart: getModel !== undefined });
      let open = true;
      const close = () => {
        if (!open) return;
        open = false;
        unmount();
        if (--views === 0) connection.abort();
      };
      signal?.addEventListener("abort", close, { once: true });
      return close;
    },
  };
};
