/** Append an element with the class `epochscope-<name>`; tests select it by `data-part="<name>"`. */
export function element(parent: Element, name: string, tag = "div"): HTMLElement {
  const el = document.createElement(tag);
  el.className = `epochscope-${name}`;
  el.dataset.part = name;
  return parent.appendChild(el);
}

/** The same for a part of a drawing. */
export function svgElement(parent: Element, name: string, tag = "path"): SVGElement {
  const el = document.createElementNS("http://www.w3.org/2000/svg", tag) as SVGElement;
  el.setAttribute("class", `epochscope-${name}`);
  el.dataset.part = name;
  return parent.appendChild(el);
}
