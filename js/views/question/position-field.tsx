/** Choose positions by number; they can also be chosen in the text. */
import { useSignal } from "@preact/signals";
import { fill } from "../../text/words";
import { Button } from "../button";
import { canPick, listOf, positionsOf } from "./choices";
import { describeChoice } from "./describe";
import { NumberField } from "./number-field";
import { type PartProps, PositionLabel } from "./parts";

export function PositionField({ asking, question, scene }: PartProps) {
  const { asked, words } = asking;
  const chosen = listOf(asked.choice.value);
  const several = question.kind === "memory_cut";
  const draft = useSignal<number | null>(null);
  const [first, last] = positionsOf(question, scene.recording);
  const pick = (number: number): void => {
    if (canPick(question, scene.recording, number - 1)) asked.pickPosition(number - 1);
  };
  const type = (number: number): void => {
    draft.value = number;
  };
  const add = (number: number): void => {
    if (!listOf(asked.choice.peek()).includes(number - 1)) pick(number);
    draft.value = null;
  };
  return (
    <>
      <NumberField
        asking={asking}
        part="ask-position"
        label={words.ask_position}
        range={[first + 1, last + 1]}
        problem={(number) => (canPick(question, scene.recording, number - 1) ? null : words.ignored)}
        {...(several
          ? { value: () => draft.value, onType: type, onEnter: add }
          : { value: () => numberOf(listOf(asked.choice.value)[0]), onType: pick })}
      />
      {several && (
        <Button
          kind="strong"
          action="add-position"
          label={words.ask_add}
          text
          disabled={draft.value === null}
          onPress={() => draft.value !== null && add(draft.value)}
        />
      )}
      <span class="epochscope-question-hint">{words.ask_position_hint}</span>
      {chosen.length > 0 && (
        <ul class="epochscope-chips" data-part="chosen">
          {chosen.map((position) => (
            <li key={position} class="epochscope-chip">
              <PositionLabel scene={scene} position={position} />
              {several && (
                <Button
                  kind="quiet"
                  action={`remove-${position}`}
                  icon="close"
                  label={fill(words.ask_remove, { choice: describeChoice(scene, question, [position]) })}
                  onPress={() => asked.pickPosition(position)}
                />
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

const numberOf = (position: number | undefined): number | null => (position === undefined ? null : position + 1);
