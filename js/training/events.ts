/** Events of a run that grows epoch by epoch, as `recording/events.py` defines and detects them. */
import type { RunEvent } from "../player/types";

const RELATIVE = 0.03; // of the best loss so far
const ABSOLUTE = 0.03; // nats
const USUAL = 4; // times the median change
const MEMORY = 16; // epochs whose median change is taken
const ESCALATION = 4; // times the height of the last mark of the same spike
const SMALL_CHANGE = 0.1; // of the learning rate

export class EventDetector {
  #epoch = 0;
  #spikes = new Spikes();
  #allCorrect = false;
  #finite = true;
  #lr = Number.NaN;
  /** whether the last change of the learning rate was small */
  #smallChange = false;

  /**
   * The events of the next epoch. `loss`: nats; `lr`: of the update after it, NaN if unknown; `allCorrect`: whether all
   * its predictions are correct; `branched`: whether the run left another one here.
   */
  add(loss: number, lr: number, allCorrect: boolean, branched: boolean): RunEvent[] {
    const epoch = this.#epoch++;
    const events: RunEvent[] = [];
    const changed = this.#lrChanged(lr);
    if (branched) events.push({ epoch, kind: "branch", value: Number.isFinite(lr) ? lr : null });
    else if (changed) events.push({ epoch, kind: "lr", value: Number.isFinite(lr) ? lr : null });
    if (allCorrect && !this.#allCorrect) {
      this.#allCorrect = true;
      events.push({ epoch, kind: "all_correct", value: null });
    }
    const finite = Number.isFinite(loss);
    if (this.#finite && !finite) events.push({ epoch, kind: "diverged", value: null });
    this.#finite = finite;
    if (finite && this.#spikes.add(loss)) events.push({ epoch, kind: "spike", value: loss });
    return events;
  }

  /** Whether the learning rate changed, other than by one of several small changes of a schedule. */
  #lrChanged(lr: number): boolean {
    const before = this.#lr;
    this.#lr = lr;
    if (lr === before || Number.isNaN(lr) || Number.isNaN(before)) {
      this.#smallChange = false;
      return false;
    }
    const small = Math.abs(lr - before) < SMALL_CHANGE * Math.abs(before);
    const scheduled = small && this.#smallChange;
    this.#smallChange = small;
    return !scheduled;
  }
}

class Spikes {
  #best = Number.POSITIVE_INFINITY;
  #last = Number.NaN;
  /** height above the best loss at which the current spike was last marked; 0 outside a spike */
  #marked = 0;
  /** the last changes, in no order */
  readonly #changes = new Float64Array(MEMORY);
  #count = 0;

  /** Whether the next loss, which is finite, is a spike. */
  add(loss: number): boolean {
    const height = loss - this.#best; // -Infinity at the first epoch
    const threshold = Math.max(RELATIVE * this.#best, ABSOLUTE);
    let spike = false;
    if (height < threshold / 2) this.#marked = 0;
    else if (height > Math.max(threshold, this.#marked * ESCALATION) && height > USUAL * this.#median()) {
      spike = true; // the median is compared last because it is the slowest
      this.#marked = height;
    }
    if (!Number.isNaN(this.#last)) this.#changes[this.#count++ % MEMORY] = Math.abs(loss - this.#last);
    this.#last = loss;
    this.#best = Math.min(this.#best, loss);
    return spike;
  }

  /** The median of the last changes; infinite if there are none. */
  #median(): number {
    const sorted = this.#changes.slice(0, this.#count).sort();
    if (sorted.length === 0) return Number.POSITIVE_INFINITY;
    const middle = sorted.length >> 1;
    const upper = sorted[middle] as number;
    return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
  }
}
