/** Choose an answer, say how sure, commit. */
import { glyph } from "../../text/glyph";
import { spoken } from "../../text/words";
import { Button } from "../button";
import { commit, offeredIn } from "./asking";
import { epochsOf, isOfPositions, noneOf } from "./choices";
import { describeChoice, describeNone } from "./describe";
import { NumberField } from "./number-field";
import { ChoiceLabel, FirstVote, type PartProps, Tile } from "./parts";
import { PositionField } from "./position-field";

/** More tokens are in a list. */
const MOST_TILES = 40;

export function Choosing(props: PartProps) {
  const { asked, card, words, views } = props.asking;
  const first = asked.round.value === 2 && asked.votes.value[0];
  const name = `${views[0]?.cardId}-sure`;
  const sure = (value: boolean, label: string) => (
    <Tile
      name={name}
      value={value ? "sure" : "unsure"}
      checked={asked.sure.value === value}
      onChoose={() => asked.setSure(value)}
    >
      {label}
    </Tile>
  );
  return (
    <>
      <ChoiceField {...props} />
      {first && <FirstVote {...props} vote={first} />}
      <div class="epochscope-question-foot">
        <fieldset class="epochscope-question-sure">
          <legend>{words.ask_sure}</legend>
          {sure(true, words.ask_is_sure)}
          {sure(false, words.ask_is_unsure)}
        </fieldset>
        <Button
          kind="filled"
          action="commit"
          label={words.ask_commit}
          text
          disabled={!asked.canCommit.value || card.invalid.value}
          onPress={() => commit(props.asking)}
        />
      </div>
    </>
  );
}

/** What is chosen: tiles, a list, or a field for an epoch or positions. */
export function ChoiceField(props: PartProps) {
  const { asking, question, scene } = props;
  const choices = offeredIn(asking, question, scene);
  return (
    <fieldset class="epochscope-question-choices" data-kind={question.kind}>
      <legend class="epochscope-visually-hidden">{asking.words.ask_choices}</legend>
      {choices.length > MOST_TILES ? (
        <TokenList {...props} choices={choices} />
      ) : choices.length > 0 ? (
        <Tiles {...props} choices={choices} />
      ) : isOfPositions(question) ? (
        <PositionField {...props} />
      ) : (
        <EpochField {...props} />
      )}
      <NoneButton {...props} />
    </fieldset>
  );
}

type ListProps = PartProps & { choices: readonly number[] };

function Tiles({ asking: { asked, views }, question, scene, choices }: ListProps) {
  const first = asked.votes.value[0]?.choice;
  const isToken = question.kind === "prediction";
  return (
    <>
      {choices.map((choice, i) => (
        <Tile
          key={choice}
          name={`${views[0]?.cardId}-choice`}
          value={String(choice)}
          checked={asked.choice.value === choice}
          label={isToken ? describeChoice(scene, question, choice) : undefined}
          digit={isToken ? undefined : i + 1}
          first={first === choice}
          onChoose={() => asked.choose(choice)}
        >
          <ChoiceLabel question={question} scene={scene} choice={choice} />
        </Tile>
      ))}
    </>
  );
}

function TokenList({ asking: { asked, words }, scene: { recording }, choices }: ListProps) {
  return (
    <select
      class="epochscope-select"
      data-action="choose-token"
      aria-label={words.ask_token}
      value={String(asked.choice.value ?? "")}
      onChange={({ currentTarget }) => asked.choose(Number(currentTarget.value))}
    >
      <option value="" disabled>
        {words.ask_token}
      </option>
      {choices.map((choice) => {
        const token = recording.alphabet[choice] ?? "";
        const [text, name] = [glyph(token).text, spoken(token, words)];
        return (
          <option key={choice} value={String(choice)}>
            {name === token ? text : `${text} ${name}`}
          </option>
        );
      })}
    </select>
  );
}

function EpochField({ asking, question }: PartProps) {
  const { asked, words } = asking;
  return (
    <>
      <NumberField
        asking={asking}
        part="ask-epoch"
        label={words.ask_epoch}
        range={epochsOf(question)}
        value={() => {
          const choice = asked.choice.value;
          return typeof choice === "number" && choice >= 0 ? choice : null;
        }}
        onType={(epoch) => asked.choose(epoch)}
      />
      <span class="epochscope-question-hint">{words.ask_epoch_hint}</span>
    </>
  );
}

/** The choice of no epoch or no position. */
function NoneButton({ asking: { asked, words }, question }: PartProps) {
  const none = noneOf(question);
  if (none === null) return null;
  const choice = asked.choice.value;
  const isChosen = typeof none === "number" ? choice === none : typeof choice === "object" && choice?.length === 0;
  return (
    <button
      type="button"
      class="epochscope-answer"
      data-action="choose-none"
      aria-pressed={isChosen}
      onClick={() => asked.choose(none)}
    >
      <span class="epochscope-answer-text">{describeNone(words, question, none)}</span>
    </button>
  );
}
