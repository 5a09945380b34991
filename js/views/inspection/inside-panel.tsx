/** The panel Inside: hidden state, cell state and gates as maps in the columns of the text, and one unit in numbers. */
import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { columnsWidth } from "../../drawing/layout";
import { rowHeight } from "../../drawing/state-map";
import { fill } from "../../text/words";
import { Button } from "../button";
import { onFrame } from "../frame";
import { readTheme } from "../theme";
import type { View } from "../view";
import { InsideDetails } from "./inside-details";
import { drawCurve, drawMap, type Scales, scalesOf } from "./inside-draw";
import { InsideKeys } from "./inside-keys";
import { MapHeading, RowLabels, TokenRows, UnitHeading } from "./inside-labels";
import { InsideModel, type MapName, type Shown } from "./inside-model";
import { Section } from "./section";

/** Below this width of the panel one map is shown at a time; the details are beside the maps if they have this room, px. */
const NARROW = 560;
const BESIDE = 292;
/** Height of the curve, px. */
const CURVE = 64;

export function InsidePanel({ view }: { view: View }) {
  const { words } = view;
  const model = useMemo(() => new InsideModel(view), [view]);
  const shown = useSignal<Shown | null>(null);
  const host = useRef<HTMLDivElement>(null);
  const width = useSignal(0);

  useEffect(() => {
    const frames = onFrame(
      () => model.watch(),
      () => {
        shown.value = model.compute();
      },
    );
    return frames.stop;
  }, [model, shown]);
  useEffect(() => {
    const resize = new ResizeObserver(([entry]) => {
      width.value = entry?.contentRect.width ?? 0;
      model.narrow.value = width.value < NARROW;
    });
    resize.observe(host.current as HTMLDivElement);
    return () => resize.disconnect();
  }, [model, width]);
  // The position with the focus in the text is selected here, too.
  useSignalEffect(() => {
    const focus = view.store.focus.value;
    const now = shown.peek();
    const selected = model.choices.selected.peek();
    if (focus !== null && now && !now.passage.own && focus !== selected?.position)
      model.choices.select(selected?.unit ?? now.unit, focus);
  });

  const now = shown.value;
  return (
    <Section view={view} name="inside" title={words.inside} hint={now && words.inside_about}>
      <div ref={host}>{now && <Contents view={view} model={model} shown={now} form={formOf(now, width.value)} />}</div>
    </Section>
  );
}

type Form = "narrow" | "beside" | "above";

function formOf({ layout }: Shown, width: number): Form {
  if (width < NARROW) return "narrow";
  return width - layout.gutter - columnsWidth(layout, layout.columns) >= BESIDE ? "beside" : "above";
}

interface ContentsProps {
  view: View;
  model: InsideModel;
  shown: Shown;
  form: Form;
}

function Contents({ view, model, shown, form }: ContentsProps) {
  const { words } = view;
  const host = useRef<HTMLDivElement>(null);
  const scales = useRef<{ version: number; scales: Scales } | null>(null);
  const { layout, rows } = shown;
  const unit = layout.gutter / 67;
  const row = rowHeight(rows.length, form === "narrow", unit, layout.ratio);
  useLayoutEffect(() => {
    const el = host.current as HTMLDivElement;
    const version = view.theme.peek();
    if (scales.current?.version !== version) scales.current = { version, scales: scalesOf(readTheme(el)) };
    for (const canvas of el.querySelectorAll<HTMLCanvasElement>("canvas")) {
      const name = canvas.dataset.map;
      if (name === "curve") drawCurve(canvas, shown, CURVE * unit, scales.current.scales);
      else drawMap(canvas, name as MapName, shown, row.height, scales.current.scales);
    }
  });
  return (
    <div class="epochscope-inside" data-form={form} ref={host}>
      <Controls view={view} model={model} shown={shown} />
      <InsideDetails view={view} shown={shown} />
      <InsideKeys view={view} model={model} shown={shown} rowHeight={row.height}>
        <TokenRows view={view} shown={shown} />
        <UnitHeading view={view} shown={shown} />
        <div class="epochscope-inside-map" aria-hidden="true" style={{ height: `${CURVE * unit}px` }}>
          <canvas class="epochscope-inside-canvas" data-map="curve" />
        </div>
        {shown.maps.map((name) => (
          <div key={name}>
            <MapHeading view={view} shown={shown} name={name} />
            <div
              class="epochscope-inside-map"
              aria-hidden="true"
              style={{ height: `${rows.length * row.height + 6}px` }}
            >
              {row.labelled && <RowLabels shown={shown} height={row.height} />}
              <canvas class="epochscope-inside-canvas" data-part="state-map" data-map={name} />
            </div>
          </div>
        ))}
        {rows.length < shown.trace.size && (
          <p class="epochscope-inside-remark">
            {fill(words.inside_rows, { rows: rows.length, units: shown.trace.size })}
          </p>
        )}
      </InsideKeys>
    </div>
  );
}

/** Which maps, which layer, and which line of the text. */
function Controls({ view, model, shown }: Omit<ContentsProps, "form">) {
  const { words } = view;
  const { layers } = shown.network.shape;
  const { first, count, pass, unit, layout } = shown;
  const to = (position: number) => () => model.choices.select(unit, position);
  return (
    <div class="epochscope-inside-controls">
      {layers.length > 1 && (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset has a frame and a legend
        <div class="epochscope-inside-toggles" role="group" aria-label={words.layers}>
          {layers.map((_, layer) => (
            <Button
              key={fill(words.layer_number, { layer: layer + 1 })}
              kind="quiet"
              action={`layer-${layer + 1}`}
              label={fill(words.layer_number, { layer: layer + 1 })}
              text
              pressed={layer === shown.layer}
              onPress={() => {
                model.choices.layer.value = layer;
              }}
            />
          ))}
        </div>
      )}
      {shown.available.length > 1 && (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset has a frame and a legend
        <div class="epochscope-inside-toggles" role="group" aria-label={words.maps}>
          {shown.available.map((name) => (
            <Button
              key={name}
              kind="quiet"
              action={`map-${name}`}
              label={words[`map_${name}`]}
              text
              pressed={shown.maps.includes(name)}
              onPress={() => model.toggle(name, shown)}
            />
          ))}
        </div>
      )}
      {pass.length > layout.columns && (
        <span class="epochscope-inside-lines" data-part="inside-line">
          <Button
            kind="quiet"
            action="line-before"
            icon="back"
            label={words.line_before}
            disabled={first === 0}
            onPress={to(Math.max(0, first - layout.columns))}
          />
          {fill(words.positions_part, { first: first + 1, last: first + count, positions: pass.length })}
          <Button
            kind="quiet"
            action="line-after"
            icon="play"
            label={words.line_after}
            disabled={first + count >= pass.length}
            onPress={to(Math.min(pass.length - 1, first + layout.columns))}
          />
        </span>
      )}
    </div>
  );
}
