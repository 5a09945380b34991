/** The status before the kernel has reported one, and what follows from a status and a connection. */
import type { Connection, Status } from "./types";

export const initialStatus: Status = {
  state: "idle",
  head: -1,
  revision: 0,
  goal: 300,
  speed: 12,
  reason: null,
  message: null,
  source: "trainer",
  seq: -1,
};

export const isConnected = (connection: Connection): boolean => connection === "live" || connection === "waiting";

/** Whether the run accepts commands: a monitored loop only while it runs, a recording never. */
export const acceptsCommands = ({ source, state }: Status): boolean =>
  source === "trainer" || (source === "monitor" && (state === "training" || state === "paused"));
