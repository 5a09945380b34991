/** How many runs of a box have all predictions correct, ever and at the end, each with the interval of its rate. */
import type { SweepBox, SweepRate } from "../../player/sweep-data";
import { fill, percent, type Words } from "../../text/words";

interface RatesProps {
  words: Words;
  box: SweepBox;
  /** How many runs it has. */
  runs: number;
}

export function Rates({ words, box: { done, ever, at_end }, runs }: RatesProps) {
  return (
    <div class="epochscope-sweep-rates" data-part="sweep-rates" data-empty={done === 0}>
      <Rate part="ever" template={words.sweep_ever} rate={ever} {...{ n: done, runs, words }} />
      <Rate part="end" template={words.sweep_at_end} rate={at_end} {...{ n: done, runs, words }} />
    </div>
  );
}

interface RateProps {
  part: "ever" | "end";
  template: string;
  rate: SweepRate;
  n: number;
  runs: number;
  words: Words;
}

function Rate({ part, template, rate: [k, low, high], n, runs, words }: RateProps) {
  const [before = "", after = ""] = template.split("{k}");
  const interval = fill(words.sweep_interval, { low: percent(low), high: percent(high) });
  const share = (value: number): string => `${(100 * value).toFixed(2)}%`;
  return (
    <>
      <p class="epochscope-sweep-rate" data-part={`rate-${part}`} data-widest={fill(template, { k: runs, n: runs })}>
        {fill(before, { n })}
        <strong>{k}</strong>
        {fill(after, { n })}
      </p>
      <div
        class={`epochscope-sweep-track epochscope-sweep-track-${part}`}
        data-part={`interval-${part}`}
        role="img"
        aria-label={interval}
        title={interval}
      >
        {n > 0 && (
          <>
            <div class="epochscope-sweep-share" style={{ width: share(k / n) }} />
            <div class="epochscope-sweep-interval" style={{ left: share(low), width: share(high - low) }} />
          </>
        )}
      </div>
    </>
  );
}
