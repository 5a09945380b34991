/** How the runs of a comparison are told apart: by colour and by dash. */

/** `stroke-dasharray` by run; "" is a solid line. */
export const DASHES: readonly string[] = ["", "6 3", "2 2.5", "9 3 2 3", "4 2", "10 3"];

export const runColor = (run: number): string => `var(--epochscope-run-${run + 1})`;
