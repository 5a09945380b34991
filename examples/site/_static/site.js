/* What the theme lacks in names for screen readers. */
addEventListener("DOMContentLoaded", () => {
  // Its name is "Search", but it shows "Search Ctrl + K".
  for (const button of document.querySelectorAll(".search-button-field")) {
    button.setAttribute("aria-label", button.innerText.replace(/\s+/g, " ").trim() || "Search");
  }
  // The name of a hidden output is "Toggle hidden content", but it shows "Show the output".
  for (const summary of document.querySelectorAll("details.hide > summary")) summary.removeAttribute("aria-label");
  // The arrows that open a part of the navigation have no names: they get those of the links beside them.
  for (const summary of document.querySelectorAll(".bd-sidebar-primary details > summary")) {
    const link = summary.closest("li")?.querySelector("a");
    if (link !== null && link !== undefined) summary.setAttribute("aria-label", link.textContent.trim());
  }
});
