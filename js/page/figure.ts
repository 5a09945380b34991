/**
 * Draws bqplot's figure with no notebook around it: Jupyter's own models and views, from the state that the page
 * carries. This script stands before bqplot's, which asks for `define`, and before the page's, which asks for a figure.
 */
import * as base from "@jupyter-widgets/base";
import { ManagerBase } from "@jupyter-widgets/base-manager";
import { Widget } from "@lumino/widgets";
import type { ChartRefs, GetModel } from "../chart";
import { Modules } from "./modules";

/** What Python writes: a widget state as Jupyter saves it, which of its models is the figure, and `LossChart.refs`. */
export interface FigureState {
  figure: string;
  refs: ChartRefs;
  state: Parameters<ManagerBase["set_state"]>[0];
}

/** Draws a figure in an element; its models can then be asked for, as anywidget's host would give them. */
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
    throw new Error("a page has no kernel");
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

/** Not what finds a loader by `define.amd` is meant, but bqplot alone. */
function define(needs: string[], make: (...needs: unknown[]) => unknown): void {
  modules.define(document.currentScript?.dataset.module ?? "", needs, make);
}

Object.assign(globalThis, { define, epochscopeFigure: draw satisfies DrawFigure });
