/** The anywidget entry point. All views of one model share the stores of its runs. */
import { options } from "preact";
import { type ChartRefs, COVERS_CHART, type Conductor, connectChart, type GetModel } from "./chart";
import { browserScheduler, oncePerFrame } from "./drawing/scheduler";
import { Link, type Model } from "./kernel/link";
import { connectQuestion } from "./kernel/question-link";
import { RunModel, Switchboard } from "./kernel/run-model";
import { SweepLink } from "./kernel/sweep-link";
import { ComparisonStore } from "./player/comparison";
import { PlayerStore } from "./player/store";
import { isSweep } from "./player/sweep-data";
import { mountComparison } from "./views/comparison/mount";
import { mountPlayer, type PlayerOptions } from "./views/player";
import { mountSweep } from "./views/sweep/mount";

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

/** What the views of one model share. */
interface Shared {
  /** What moves the cursor of a chart; a sweep has none. */
  stage?: Conductor;
  runs: readonly PlayerStore[];
  connect(signal: AbortSignal): void;
  mount(el: HTMLElement, options: PlayerOptions): () => void;
  dispose(): void;
}

function shareRun(model: Model): Shared {
  const link = new Link(model, browserScheduler, document);
  const store = new PlayerStore(link, browserScheduler);
  return {
    stage: store,
    runs: [store],
    connect(signal) {
      connectQuestion(model, store.asked, signal);
      link.connect(store, signal);
    },
    mount: (el, options) => mountPlayer(el, store, options),
    dispose: () => store.dispose(),
  };
}

function shareComparison(model: Model, labels: readonly string[]): Shared {
  const board = new Switchboard(model, browserScheduler);
  const links = labels.map((_, run) => new Link(new RunModel(board, run), browserScheduler, document));
  const comparison = new ComparisonStore(links, labels, browserScheduler);
  return {
    stage: comparison.stage,
    runs: comparison.runs,
    connect(signal) {
      connectQuestion(model, comparison.stage.asked, signal);
      links.forEach((link, run) => {
        link.connect(comparison.runs[run] as PlayerStore, signal);
      });
    },
    mount: (el, options) => mountComparison(el, comparison, options),
    dispose: () => comparison.dispose(),
  };
}

function shareSweep(model: Model): Shared {
  const link = new SweepLink(model, browserScheduler);
  return {
    runs: [],
    connect: (signal) => link.connect(signal),
    mount: (el, options) => mountSweep(el, link.store, options),
    dispose() {},
  };
}

function share(model: Model): Shared {
  if (isSweep(model.get("sweep"))) return shareSweep(model);
  const labels = model.get("labels");
  const isComparison = Array.isArray(labels) && labels.length > 0;
  return isComparison ? shareComparison(model, labels.map(String)) : shareRun(model);
}

export default () => {
  let shared: Shared | undefined;
  let views = 0;
  /** Aborted when the last view is removed. */
  let connection = new AbortController();
  /** Fulfilled when the chart follows the stage. */
  let charted: Promise<void> | undefined;

  return {
    /** Use the model of `initialize`: listeners added through a view's model are removed with that view. */
    initialize({ model, signal }: InitializeProps) {
      shared ??= share(model);
      const { dispose } = shared;
      const close = () => {
        connection.abort();
        dispose();
      };
      signal?.addEventListener("abort", close, { once: true });
      return close; // anywidget before 0.10 has no signal
    },

    render({ model, el, signal, host }: RenderProps) {
      if (signal?.aborted) return;
      shared ??= share(model);
      const { stage, runs, connect, mount } = shared;
      const chart = (model.get("chart") ?? {}) as ChartRefs;
      const getModel = chart.cursor ? modelsOf(model, host) : undefined;
      if (views++ === 0) {
        connection = new AbortController();
        connect(connection.signal);
        if (getModel && stage) {
          charted = connectChart(chart, getModel, stage, runs, browserScheduler, document, connection.signal);
          charted.catch((error) => console.warn("[epochscope] the chart's cursor is not connected:", error));
        }
      }
      const unmount = mount(el, { lang: String(model.get("lang") ?? ""), chart: getModel !== undefined });
      void charted?.then(
        () => el.classList.add(COVERS_CHART),
        () => {}, // it stays hidden while a question is asked
      );
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
