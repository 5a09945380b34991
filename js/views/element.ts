/** Append an element with the class `epochscope-<name>`; tests select it by `data-part="<name>"`. */
export function element(parent: Element, name: string, tag = "div"): HTMLElement {
  const el = document.createElement(tag);
  el.className = `epochscope-${name}`;
  el.dataset.part = name;
  return parent.appendChild(el);
}
