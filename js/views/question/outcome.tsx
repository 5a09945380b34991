/** What the reveal tells: whether the vote was correct, the answer, and what all have voted. */
import type { Choice, Vote } from "../../player/question";
import { describePlace } from "../../text/places";
import { fill } from "../../text/words";
import { Icon } from "../icons";
import { Sentence } from "../inspection/memory-sentence";
import { lastVote, offeredIn } from "./asking";
import { type Bar, barsOf, totalsOf } from "./bars";
import { describeChange, describeDistance, verdictOf } from "./describe";
import { ChoiceLabel, type PartProps, VoteText } from "./parts";

export function Outcome(props: PartProps) {
  const { asking, question } = props;
  const { asked, words } = asking;
  const last = lastVote(asked);
  const verdict = verdictOf(question, last);
  const change = describeChange(words, question, asked.votes.value);
  const rounds = asked.counts.value;
  const off = last ? describeDistance(words, question, last.choice) : "";
  return (
    <div class="epochscope-question-outcome">
      <div class="epochscope-verdict" data-part="verdict" data-verdict={verdict}>
        {(verdict === "correct" || verdict === "wrong") && last && (
          <p class="epochscope-verdict-title">
            {verdict === "correct" && <Icon name="check" />}
            <strong>{verdict === "correct" ? words.ask_correct : words.ask_wrong}</strong>
            <span class="epochscope-question-hint">{off}</span>
          </p>
        )}
        {verdict === "unknown" && (
          <p>{fill(words.ask_unknown, { at: describePlace(words, props.scene.recording, question.epoch) })}</p>
        )}
        {(verdict === "wrong" || verdict === "answer" || off) && (
          <p>
            <Sentence
              template={words.ask_answer}
              parts={{ answer: <Accepted {...props} choices={question.answer ?? []} /> }}
            />
          </p>
        )}
        {last && <YourVote {...props} vote={last} />}
        {change && <p>{change}</p>}
        {question.why && (
          <p class="epochscope-question-why" dir="auto" data-part="why">
            {question.why}
          </p>
        )}
      </div>
      {totalsOf(rounds).some((total) => total > 1) && <Votes {...props} />}
    </div>
  );
}

const YourVote = (props: PartProps & { vote: Vote }) => (
  <p class="epochscope-question-note">
    <VoteText {...props} template={props.asking.words.ask_your_answer} />
  </p>
);

function Accepted({ question, scene, choices }: PartProps & { choices: readonly Choice[] }) {
  return (
    <>
      {choices.map((choice, i) => (
        <>
          {i > 0 && ` ${scene.words.ask_or} `}
          <strong key={String(choice)}>
            <ChoiceLabel question={question} scene={scene} choice={choice} />
          </strong>
        </>
      ))}
    </>
  );
}

/** A bar for each choice, and for each round. */
function Votes(props: PartProps) {
  const { asking, question, scene } = props;
  const { asked, words } = asking;
  const rounds = asked.counts.value;
  const totals = totalsOf(rounds);
  const bars = barsOf(question, rounds, offeredIn(asking, question, scene));
  const held = [0, 1].filter((round) => totals[round]);
  const shares = bars.flatMap(({ counts }) => held.map((round) => (counts[round] ?? 0) / (totals[round] ?? 1)));
  const longest = Math.max(...shares, 0.01);
  const names = [words.ask_round_1, words.ask_round_2];
  return (
    <ul class="epochscope-votes" data-part="votes" data-rounds={held.length} aria-label={words.ask_votes}>
      {held.length > 1 && (
        <li class="epochscope-vote epochscope-votes-head" aria-hidden="true">
          <span />
          {names.map((name) => (
            <span key={name}>{name}</span>
          ))}
        </li>
      )}
      {bars.map((bar) => (
        <li key={JSON.stringify(bar.choice ?? bar.epochs ?? null)} class="epochscope-vote" data-tone={bar.tone}>
          <span class="epochscope-vote-label">
            {bar.tone === "right" && (
              <>
                <Icon name="check" />
                <span class="epochscope-visually-hidden">{words.correct}: </span>
              </>
            )}
            <BarLabel {...props} bar={bar} />
          </span>
          {held.map((round) => (
            <span key={round} class="epochscope-vote-cell">
              {held.length > 1 && <span class="epochscope-visually-hidden">{names[round]}: </span>}
              <span
                class="epochscope-vote-bar"
                style={{ "--epochscope-share": (bar.counts[round] ?? 0) / (totals[round] ?? 1) / longest }}
                aria-hidden="true"
              />
              <span class="epochscope-vote-count">{bar.counts[round]}</span>
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}

function BarLabel({ asking: { words }, question, scene, bar }: PartProps & { bar: Bar }) {
  const [start, end] = bar.epochs ?? [];
  if (start !== undefined && end !== undefined) return <>{fill(words.old_branch, { start, end })}</>;
  if (bar.choice === null) return <>{words.ask_others}</>;
  return <ChoiceLabel question={question} scene={scene} choice={bar.choice} />;
}
