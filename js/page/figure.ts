/**
 * Draws bqplot's figure without a notebook: with Jupyter's models and views, from the widget state in the page. This
 * script must come before bqplot's script, which calls `define`, and before page.ts, which draws the figure.
 */
import * as base from "@jupyter-widgets/base";
import { ManagerBase } from "@jupyter-widgets/base-manager";
import { Widget } from "@lumino/widgets";
import type { ChartRefs, GetModel } from "../chart";
import { Modules } from "./modules";

/** Written by Python: the widget state as Jupyter saves it, the id of the figure's model, and `LossChart.refs`. */
export interface FigureState {
  figure: string;
  refs: ChartRefs;
  state: Parameters<ManagerBase["set_state"]>[0];
}

/** Draws a figure in an element. Returns a function that finds its models, as anywidget's host does. */
export type DrawFigure = (place: HTMLElement, figure: FigureState) => Promise<GetModel>;

declare global {
  var epochscopeFigure: DrawFigure | undefined;
}

const modules = new Modules({ "@jupyter-widgets/base": base });

class Manager extends ManagerBase {
  protected async loadClass(name: string, module: string): Promise<typeof base.WidgetModel | typeof base.WidgetView> {
    return (modules.get(module) as Record<string, typeof base.WidgetModel>)[name] as typeof base.WidgetModel;
  }

  protected override async _create_comm(): Promise<base.IClassicComm> {
    throw new Error("an exported page has no kernel");
  }

  protected override async _get_comm_info(): Promise<Record<string, never>> {
    return {};
  }
}

async function draw(place: HTMLElement, { figure, state }: FigureState): Promise<GetModel> {
  const manager = new Manager();
  await manager.set_state(state);
  const view = await manager.create_view(await manager.get_model(figure));
  Widget.attach(view.luminoWidget, place);
  return (ref) => manager.get_model(ref.replace("anywidget:", ""));
}

/** No `define.amd`: only bqplot's scripts should register here. */
function define(dependencies: string[], factory: (...dependencies: unknown[]) => unknown): void {
  modules.define(document.currentScript?.dataset.module ?? "", dependencies, factory);
}

Object.assign(globalThis, { define, epochscopeFigure: draw satisfies DrawFigure });
