/** Icons on a 16 x 16 grid, in the colour of the surrounding text. */
const paths = {
  start: "M3.5 3.5h1.8v9H3.5zM13 3.5v9L6.2 8z",
  back: "M10.7 3.5h1.8v9h-1.8zM9.2 3.5v9L3 8z",
  play: "M4.5 2.8v10.4L13.2 8z",
  pause: "M4 3h2.8v10H4zM9.2 3H12v10H9.2z",
  step: "M3.5 3.5h1.8v9H3.5zM6.8 3.5v9L13 8z",
  head: "M10.7 3.5h1.8v9h-1.8zM3 3.5v9L9.8 8z",
  loop: "M5 4h5.5a4 4 0 0 1 0 8H8v-1.6h2.5a2.4 2.4 0 0 0 0-4.8H5v2L1.8 4.8 5 2zM3.2 9.5h1.6c.3.5.8.9 1.4.9V12a3.2 3.2 0 0 1-3-2.5z",
  reset: "M8 2.5a5.5 5.5 0 1 1-5.4 6.6l1.6-.3A3.9 3.9 0 1 0 5 5.5L7 7.4H2V2.3l1.9 2A5.5 5.5 0 0 1 8 2.5z",
  present: "M2 3h5v1.6H3.6V8H2zM9 11.4h3.4V8H14v5H9z",
  leave: "M7 8H2V6.4h3.4V3H7zM9 8h5v1.6h-3.4V13H9z",
  scissors:
    "M4 1.5 3 2.6l4 5-1.3 1.6a2.5 2.5 0 1 0 1.2 1L8 8.8l1.1 1.4a2.5 2.5 0 1 0 1.2-1L9 7.6l4-5-1-1.1-4 5zM4.6 10.2a1.2 1.2 0 1 1 0 2.4 1.2 1.2 0 0 1 0-2.4zm6.8 0a1.2 1.2 0 1 1 0 2.4 1.2 1.2 0 0 1 0-2.4z",
  move: "M2 8.2V4a2 2 0 1 1 1.5 0v4.2h8L9.8 6.5l1-1L14.3 9l-3.5 3.5-1-1 1.7-1.8H2z",
  close: "M4.1 3 8 6.9 11.9 3 13 4.1 9.1 8l3.9 3.9-1.1 1.1L8 9.1 4.1 13 3 11.9 6.9 8 3 4.1z",
  check: "M6.3 12.6 2 8.3l1.3-1.3 3 3L12.7 3.6 14 4.9z",
  lock: "M4 7V5a4 4 0 0 1 8 0v2h1v7H3V7zm1.6 0h4.8V5a2.4 2.4 0 0 0-4.8 0z",
  minus: "M3 7.2h10v1.6H3z",
  plus: "M7.2 3h1.6v4.2H13v1.6H8.8V13H7.2V8.8H3V7.2h4.2z",
  unfold: "M3.2 5 8 9.8 12.8 5 14 6.2l-6 6-6-6z",
} as const;

export type IconName = keyof typeof paths;

export const Icon = ({ name }: { name: IconName }) => (
  <svg class="epochscope-icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path d={paths[name]} fill="currentColor" />
  </svg>
);
