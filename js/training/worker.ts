/** What trains in a page. This is a stand-in: it answers that nothing can be trained. */
import type { FromWorker } from "./types";

self.onmessage = () => {
  self.postMessage({ kind: "failed", message: "this page cannot train" } satisfies FromWorker);
};
