/** The five architectures of recurrent networks as small pictures, the one of this text emphasized. */
import { ARCHITECTURES, type Architecture, type ArchitectureName } from "../../drawing/architectures";
import { arrow } from "../../drawing/unrolled";
import type { Words } from "../../text/words";

/** Sizes of boxes, distances between them, px. */
const CELL = 16;
const TOKEN = 11;
const PITCH = 27;
const FLOW = 10;
const HEIGHT = 2 * (TOKEN + FLOW) + CELL + 2;

export function Architectures({ words, ours, tokens }: { words: Words; ours: ArchitectureName; tokens: boolean }) {
  return (
    <ul class="epochscope-architectures" data-part="architectures" aria-label={words.architectures}>
      {ARCHITECTURES.map((architecture) => {
        const { name } = architecture;
        const task = name === "every_step" && tokens ? words.every_step_task_tokens : words[`${name}_task`];
        return (
          <li key={name} data-architecture={name} aria-current={name === ours ? "true" : undefined}>
            <Picture architecture={architecture} />
            <strong>{words[name]}</strong>
            <span>{task}</span>
            {name === ours && <em>{words.this_network}</em>}
          </li>
        );
      })}
    </ul>
  );
}

function Picture({ architecture: { steps, inputs, outputs } }: { architecture: Architecture }) {
  const width = (steps - 1) * PITCH + CELL + 2;
  const top = 1 + TOKEN + FLOW;
  const left = (step: number) => 1 + step * PITCH;
  const middle = (step: number) => left(step) + CELL / 2;
  const indices = Array.from({ length: steps }, (_, step) => step);
  const arrows = [
    ...indices.slice(1).map((step) => arrow(left(step - 1) + CELL + 1, top + CELL / 2, left(step) - 1, top + CELL / 2)),
    ...inputs.map((step) => arrow(middle(step), 1 + TOKEN + 1, middle(step), top - 1)),
    ...outputs.map((step) => arrow(middle(step), top + CELL + 1, middle(step), top + CELL + FLOW - 1)),
  ];
  const token = (step: number, y: number) => (
    <rect class="epochscope-net-token" x={middle(step) - TOKEN / 2} y={y} width={TOKEN} height={TOKEN} rx="2" />
  );
  return (
    <svg style={{ width: `${width}px`, height: `${HEIGHT}px` }} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
      {inputs.map((step) => token(step, 1))}
      {indices.map((step) => (
        <rect key={step} class="epochscope-net-cell" x={left(step)} y={top} width={CELL} height={CELL} rx="3" />
      ))}
      {outputs.map((step) => token(step, top + CELL + FLOW))}
      <path class="epochscope-net-arrow" d={arrows.join("")} />
    </svg>
  );
}
