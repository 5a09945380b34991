/* The players of this site are pages in frames: a frame is as tall as its page, and its page has the theme of the site. */
{
  const frames = () => document.querySelectorAll("iframe.epochscope-frame");

  const sendTheme = (frame) => {
    const theme = document.documentElement.dataset.theme || "auto";
    frame.contentWindow?.postMessage({ epochscope: "theme", theme }, "*");
  };

  addEventListener("message", ({ source, data }) => {
    for (const frame of frames()) {
      if (source === null || source !== frame.contentWindow || data?.epochscope !== "height") continue;
      if (Number.isFinite(data.height)) frame.style.height = `${data.height}px`;
      if (frame.dataset.seen === undefined) sendTheme(frame); // its page listens since before it has a height
      frame.dataset.seen = "";
    }
  });

  addEventListener("DOMContentLoaded", () => {
    for (const frame of frames()) {
      sendTheme(frame);
      frame.addEventListener("load", () => sendTheme(frame));
    }
    new MutationObserver(() => frames().forEach(sendTheme)).observe(document.documentElement, {
      attributeFilter: ["data-theme"],
    });
  });
}
