/** The keys of a slider along the text. */
import type { Direction } from "../../drawing/direction";

/** Positions per press of Page Up or Page Down. */
const PAGE = 10;

/** By how many positions a key moves a slider, up to infinity; null if it is none of its keys. */
export function sliderStep(event: KeyboardEvent, direction: Direction): number | null {
  if (event.altKey || event.ctrlKey || event.metaKey) return null;
  const forward = direction === "rtl" ? -1 : 1;
  const steps: Record<string, number> = {
    ...{ ArrowLeft: -forward, ArrowRight: forward, ArrowDown: -1, ArrowUp: 1, PageDown: -PAGE, PageUp: PAGE },
    ...{ Home: -Infinity, End: Infinity },
  };
  return steps[event.key] ?? null;
}
