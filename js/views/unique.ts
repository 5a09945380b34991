/** Ids that are unique in the page: in a notebook each widget may have loaded this code for itself. */
const COUNTER = Symbol.for("epochscope.counter");

/** A new number for ids and for the names of radio buttons. */
export function uniqueInPage(): number {
  const page = globalThis as { [COUNTER]?: number };
  const next = (page[COUNTER] ?? -1) + 1;
  page[COUNTER] = next;
  return next;
}
