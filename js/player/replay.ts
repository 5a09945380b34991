/** A recording in a store that has no kernel. */
import type { Parts } from "./decode";
import { epochsOf } from "./overview";
import { KEEP_ALL } from "./record-blocks";
import { initialStatus } from "./status";
import type { PlayerStore } from "./store";
import type { Kernel } from "./types";

export const NO_KERNEL: Kernel = { send() {}, setCursor() {} };

/** Show a recording that can only be replayed. */
export function receiveReplay(store: PlayerStore, parts: Parts): void {
  const epochs = epochsOf(parts);
  store.receiveConnection("none");
  store.receiveStatus({
    ...initialStatus,
    state: "finished",
    source: "recording",
    head: epochs - 1,
    goal: epochs,
    seq: 0,
  });
  store.receiveRecording(parts, KEEP_ALL);
}
