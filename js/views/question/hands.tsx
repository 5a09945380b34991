/** A show of hands: count the hands for each choice, and show them as bars at once. */
import type { Choice } from "../../player/question";
import { sameChoice } from "../../player/question";
import type { Raised } from "../../player/question-counts";
import { fill } from "../../text/words";
import { Button } from "../button";
import { offeredIn } from "./asking";
import { isShort } from "./choices";
import { ChoiceField } from "./choosing";
import { describeChoice } from "./describe";
import { ChoiceLabel, type PartProps } from "./parts";

export function Hands(props: PartProps) {
  const { asking, question, scene } = props;
  const { asked, card, words } = asking;
  const raised = asked.hands.value[asked.round.value - 1] ?? [];
  const choices = offeredIn(asking, question, scene);
  const open = !isShort(choices);
  const rows: readonly Choice[] = open ? raised.map(([choice]) => choice) : choices;
  const most = Math.max(1, ...raised.map(([, count]) => count));
  const chosen = asked.choice.value;
  return (
    <>
      {open && asked.phase.value === "choosing" && (
        <div class="epochscope-question-add">
          <ChoiceField {...props} />
          <Button
            kind="strong"
            action="add-hands"
            label={words.ask_add}
            text
            disabled={chosen === null || card.invalid.value}
            onPress={() => chosen !== null && asked.setHands(chosen, countOf(raised, chosen) + 1)}
          />
        </div>
      )}
      <ul class="epochscope-hands" data-part="hands">
        {rows.map((choice) => (
          <HandsRow key={String(choice)} {...props} choice={choice} count={countOf(raised, choice)} most={most} />
        ))}
      </ul>
    </>
  );
}

const countOf = (raised: readonly Raised[], choice: Choice): number =>
  raised.find(([each]) => sameChoice(each, choice))?.[1] ?? 0;

type RowProps = PartProps & { choice: Choice; count: number; most: number };

function HandsRow({ asking, question, scene, choice, count, most }: RowProps) {
  const { asked, words } = asking;
  const name = { choice: describeChoice(scene, question, choice) };
  const set = (now: number): void => asked.setHands(choice, Math.max(0, now));
  return (
    <li class="epochscope-hands-row">
      <span class="epochscope-hands-label">
        <ChoiceLabel question={question} scene={scene} choice={choice} />
      </span>
      <span class="epochscope-hands-count">
        <Button action="fewer" icon="minus" label={fill(words.ask_less, name)} onPress={() => set(count - 1)} />
        <input
          class="epochscope-field"
          type="number"
          min={0}
          data-part="hands-count"
          aria-label={fill(words.ask_hands_of, name)}
          value={count}
          onInput={({ currentTarget }) => set(Math.floor(Number(currentTarget.value)))}
        />
        <Button action="more" icon="plus" label={fill(words.ask_more, name)} onPress={() => set(count + 1)} />
      </span>
      <span class="epochscope-vote-cell" aria-hidden="true">
        <span class="epochscope-vote-bar" style={{ "--epochscope-share": count / most }} />
      </span>
    </li>
  );
}
