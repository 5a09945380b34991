/** A small dialog above the toolbar. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "./button";
import type { PanelName, View } from "./view";

interface PanelProps {
  view: Pick<View, "panel" | "words">;
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
    const { signal } = life;
    const close = (): void => {
      if (view.panel.peek() === name) view.panel.value = null;
    };
    const onPointerDown = (event: Event): void => {
      const path = event.composedPath();
      const onOpener = path.some((each) => each instanceof Element && each.matches("[aria-expanded]"));
      if (!path.includes(el) && !onOpener) close();
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
    };
    el.getRootNode().addEventListener("pointerdown", onPointerDown, { signal });
    el.addEventListener("keydown", onKey, { signal });
    return () => {
      life.abort();
      opener?.focus();
    };
  }, [view, name]);
  return (
    <div class="epochscope-panel" data-part={`${name}-panel`} role="dialog" aria-label={title} ref={host}>
      <div class="epochscope-panel-head">
        <h3 class="epochscope-heading">{title}</h3>
        <Button
          kind="quiet"
          action="close"
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
