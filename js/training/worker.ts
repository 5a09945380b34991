/** The worker of a page that trains. */
import { type Clock, Session } from "./session";
import type { FromWorker, ToWorker } from "./types";

/** Of a worker; the project's types are those of a page. */
interface Scope {
  postMessage(message: FromWorker): void;
  addEventListener(kind: "message", listen: (event: { data: ToWorker }) => void): void;
}

const scope = globalThis as unknown as Scope;

/** A timeout of zero is one of 4 ms in a loop; a message to oneself is not. */
function makeClock(): Clock {
  const { port1, port2 } = new MessageChannel();
  const calls: (() => void)[] = [];
  port1.onmessage = () => calls.shift()?.();
  return {
    now: () => performance.now(),
    after: (ms, call) => {
      if (ms >= 1) setTimeout(() => guarded(call), ms);
      else {
        calls.push(() => guarded(call));
        port2.postMessage(null);
      }
    },
  };
}

function guarded(work: () => void): void {
  try {
    work();
  } catch (error) {
    scope.postMessage({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  }
}

const session = new Session((message) => scope.postMessage(message), makeClock());
scope.addEventListener("message", ({ data }) => guarded(() => session.receive(data)));
