/** A short line in the colour and dash of a run. */
import { DASHES, runColor } from "../drawing/run-style";

export const Swatch = ({ run }: { run: number }) => (
  <svg class="epochscope-swatch" viewBox="0 0 20 8" aria-hidden="true" focusable="false">
    <path d="M0 4H20" stroke={runColor(run)} stroke-dasharray={DASHES[run] || undefined} />
  </svg>
);
