/** A small dialog that opens above the tools: run until something, or go on from the epoch on show. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "./button";
import type { PanelName, View } from "./view";

interface PanelProps {
  view: View;
  name: PanelName;
  title: string;
  children: ComponentChildren;
}

export function Panel({ view, name, title, children }: PanelProps) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const el = host.current as HTMLDivElement;
    const opener = el.ownerDocument.activeElement as HTMLElement | null;
    (el.querySelector<HTMLElement>("input") ?? el.querySelector("button"))?.focus();
    const life = new AbortController();
    const close = (): void => {
      if (view.panel.peek() === name) view.panel.value = null;
    };
    const outside = (event: Event): void => {
      const path = event.composedPath();
      if (!path.includes(el) && !path.some((each) => each instanceof Element && each.matches("[aria-expanded]")))
        close();
    };
    el.getRootNode().addEventListener("pointerdown", outside, { signal: life.signal });
    el.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      },
      { signal: life.signal },
    );
    return () => {
      life.abort();
      opener?.focus();
    };
  }, [view, name]);
  return (
    <div class="epochscope-panel" role="dialog" aria-label={title} ref={host}>
      <div class="epochscope-panel-head">
        <h3 class="epochscope-heading">{title}</h3>
        <Button
          kind="quiet"
          icon="close"
          label={view.words.close}
          onPress={() => {
            view.panel.value = null;
          }}
        />
      </div>
      {children}
    </div>
  );
}
