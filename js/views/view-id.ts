/** Ids and names of radio buttons that are unique within the page. */

const COUNT = Symbol.for("epochscope.views");

/** A new id. The count belongs to the page: a notebook loads the module of each widget anew. */
export function viewId(kind: string): string {
  const page = globalThis as { [COUNT]?: number };
  const number = page[COUNT] ?? 0;
  page[COUNT] = number + 1;
  return `epochscope-${kind}-${number}`;
}
