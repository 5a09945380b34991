/** The frame of one inspection panel: a heading, a remark next to it, and the contents. */
import type { ComponentChildren } from "preact";
import { Swatch } from "../swatch";
import type { View } from "../view";
import type { InspectionName } from "./choices";

interface SectionProps {
  view: View;
  name: InspectionName;
  title: string;
  /** What the picture means, in one sentence. */
  hint?: ComponentChildren;
  /** At the end of the heading: what it comes to at this epoch. */
  result?: ComponentChildren;
  children?: ComponentChildren;
}

export function Section({ view, name, title, hint, result, children }: SectionProps) {
  const run = view.name;
  return (
    <section
      class="epochscope-inspect"
      data-part={`inspect-${name}`}
      data-run={run && run.run + 1}
      id={`${view.cardId}-${name}`}
      aria-label={run ? `${run.label}: ${title}` : title}
    >
      <header class="epochscope-inspect-head">
        <h3 class="epochscope-heading">
          {run && (
            <span class="epochscope-run-name" data-part="run-name">
              <Swatch run={run.run} />
              {run.label}
            </span>
          )}
          {title}
        </h3>
        {hint && <p class="epochscope-inspect-hint">{hint}</p>}
        {result && <p class="epochscope-inspect-result">{result}</p>}
      </header>
      {children}
    </section>
  );
}
