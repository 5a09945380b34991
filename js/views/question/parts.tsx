/** The parts of the card that occur in several phases: the prompt, choices, and tiles. */
import type { ComponentChildren } from "preact";
import type { Choice, Question, Vote } from "../../player/question";
import { fill, spoken } from "../../text/words";
import { Quote, Sentence } from "../inspection/memory-sentence";
import { Swatch } from "../swatch";
import { Token } from "../token";
import { type Asking, viewOf } from "./asking";
import { describeNone, promptOf, type Scene } from "./describe";

export interface PartProps {
  asking: Asking;
  question: Question;
  scene: Scene;
}

export function Prompt({ asking, question, scene }: PartProps) {
  const { recording, labels } = scene;
  const { prompt, kind, run, position, after, given } = question;
  const label = run === null ? undefined : labels[run];
  const tokens =
    kind === "memory_cut" ? (
      <Token token={recording.alphabet[recording.inputs[after ?? 0] as number]} />
    ) : (
      <Pair recording={recording} position={position ?? 0} />
    );
  const read = recording.inputs.subarray(0, given ?? 1);
  const parts = { tokens, given: <Quote view={viewOf(asking, question)} tokens={read} last /> };
  return (
    <>
      {run !== null && label && (
        <span class="epochscope-run-name">
          <Swatch run={run} />
          {label}
        </span>
      )}
      {prompt === null ? (
        <Sentence template={promptOf(scene, question)} parts={parts} />
      ) : (
        <span dir="auto">{prompt}</span>
      )}
    </>
  );
}

/** Input and target of a position. */
function Pair({ recording, position }: { recording: Scene["recording"]; position: number }) {
  const { alphabet, inputs, targets } = recording;
  return (
    <bdi class="epochscope-question-pair" dir="ltr">
      <Token token={alphabet[inputs[position] as number]} />
      {recording.isCounted(position) && (
        <>
          {" → "}
          <Token token={alphabet[targets[position] as number]} />
        </>
      )}
    </bdi>
  );
}

export function ChoiceLabel({ question, scene, choice }: Omit<PartProps, "asking"> & { choice: Choice }) {
  const { words, recording, labels } = scene;
  const none = describeNone(words, question, choice);
  if (none !== null) return <>{none}</>;
  if (typeof choice !== "number") {
    if (choice.length > 1) return <>{choice.map((each) => each + 1).join(", ")}</>;
    return <PositionLabel scene={scene} position={choice[0] as number} />;
  }
  switch (question.kind) {
    case "prediction":
      return (
        <>
          <span aria-hidden="true">
            <Token token={recording.alphabet[choice]} />
          </span>
          <span class="epochscope-visually-hidden">{spoken(recording.alphabet[choice] ?? "", words)}</span>
        </>
      );
    case "choice":
      return <span dir="auto">{question.options?.[choice]}</span>;
    case "which_run":
      return (
        <span class="epochscope-run-name">
          <Swatch run={choice} />
          {labels[choice]}
        </span>
      );
    case "first_all_correct":
      return <>{fill(words.epoch_number, { epoch: choice })}</>;
    default:
      return <PositionLabel scene={scene} position={choice} />;
  }
}

export const PositionLabel = ({ scene: { words, recording }, position }: { scene: Scene; position: number }) => (
  <span class="epochscope-question-position">
    {fill(words.position_number, { position: position + 1 })} <Pair recording={recording} position={position} />
  </span>
);

/** A sentence about a vote, e.g. "Your answer: h, sure". */
export function VoteText({ asking, question, scene, vote, template }: PartProps & { vote: Vote; template: string }) {
  const { words } = asking;
  const answer = (
    <>
      <strong>
        <ChoiceLabel question={question} scene={scene} choice={vote.choice} />
      </strong>
      {`, ${vote.sure ? words.ask_is_sure : words.ask_is_unsure}`}
    </>
  );
  return <Sentence template={template} parts={{ answer }} />;
}

/** The vote of the first round, beside that of the second one. */
export const FirstVote = (props: PartProps & { vote: Vote }) => (
  <p class="epochscope-question-note" data-part="first-vote">
    <i class="epochscope-first-mark" aria-hidden="true" />
    <VoteText {...props} template={props.asking.words.ask_first_vote} />
  </p>
);

interface TileProps {
  /** Of the radio buttons among which one is chosen. */
  name: string;
  /** Written to `data-action` after "choose-". */
  value: string;
  checked: boolean;
  /** Its accessible name, if it is not its content. */
  label?: string | undefined;
  /** The key that chooses it. */
  digit?: number | undefined;
  /** Whether it is the first vote, while a second one is chosen. */
  first?: boolean;
  onChoose: () => void;
  children: ComponentChildren;
}

export const Tile = ({ name, value, checked, label, digit, first, onChoose, children }: TileProps) => (
  <label class="epochscope-answer" data-first={first || undefined} title={label}>
    <input
      class="epochscope-visually-hidden"
      type="radio"
      data-action={`choose-${value}`}
      aria-label={label}
      onChange={onChoose}
      {...{ name, checked }}
    />
    {digit !== undefined && digit <= 9 && (
      <span class="epochscope-answer-key" aria-hidden="true">
        {digit}
      </span>
    )}
    <span class="epochscope-answer-text" aria-hidden={label ? "true" : undefined}>
      {children}
    </span>
  </label>
);
