/* Makes the frame of a player as tall as the player, and gives it the theme of the page. */
{
  const frames = [...document.querySelectorAll("iframe.epochscope-frame")];
  const theme = () => document.documentElement.dataset.theme ?? "auto";
  const tell = (frame) => frame.contentWindow?.postMessage({ epochscope: "theme", theme: theme() }, "*");

  for (const frame of frames) {
    const address = frame.getAttribute("src");
    frame.src = `${address}${address.includes("#") ? "&" : "#"}theme=${theme()}`;
  }
  addEventListener("message", ({ source, data }) => {
    const frame = frames.find(({ contentWindow }) => contentWindow === source);
    if (frame === undefined || data?.epochscope !== "height" || !Number.isFinite(data.height)) return;
    frame.style.height = `${data.height}px`;
    tell(frame);
  });
  new MutationObserver(() => frames.forEach(tell)).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}
