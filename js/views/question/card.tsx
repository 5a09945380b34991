/** The card of a question, above the text. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { fill } from "../../text/words";
import { Button } from "../button";
import { Icon } from "../icons";
import { type Asking, answerWithKey, lastVote, sceneOf } from "./asking";
import { Choosing } from "./choosing";
import { CopyAnswers } from "./copy";
import { Hands } from "./hands";
import { Outcome } from "./outcome";
import { FirstVote, type PartProps, Prompt, VoteText } from "./parts";

export function QuestionArea({ asking }: { asking: Asking }) {
  const { asked } = asking;
  const question = asked.question.value;
  const scene = question && sceneOf(asking, question);
  return (
    <>
      <p class="epochscope-visually-hidden" role="status">
        {scene && asked.phase.value === "choosing" && (
          <>
            {labelOf(asking)}: <Prompt {...{ asking, question, scene }} />
          </>
        )}
      </p>
      {scene && <Card key={`${question.id} ${question.generation}`} {...{ asking, question, scene }} />}
    </>
  );
}

const labelOf = ({ asked, words }: Asking): string =>
  asked.round.value === 2 && asked.isOpen.value ? words.ask_second : words.ask;

function Card(props: PartProps) {
  const { asking, question } = props;
  const { asked, card, words } = asking;
  const phase = asked.phase.value;
  const folded = card.folded.value && phase === "revealed";
  const host = useRef<HTMLElement>(null);
  useFocus(host, `${phase} ${asked.round.value}`);
  return (
    <section
      class="epochscope-question"
      data-part="question"
      data-phase={phase}
      data-kind={question.kind}
      data-folded={folded || undefined}
      data-covered={asked.covered.value || undefined}
      aria-label={words.ask}
      tabIndex={-1}
      ref={host}
      onKeyDown={(event) => {
        const isTile = event.target instanceof HTMLInputElement && event.target.type === "radio";
        if (!isTile || !answerWithKey(asking, event)) return; // other keys are handled by the player
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <header class="epochscope-question-head">
        <p class="epochscope-question-label" data-part="question-label">
          {labelOf(asking)}
        </p>
        <h3 class="epochscope-heading epochscope-question-prompt" data-part="prompt">
          <Prompt {...props} />
        </h3>
        <Tools asking={asking} folded={folded} />
      </header>
      {!folded && <Body {...props} />}
    </section>
  );
}

function Tools({ asking: { asked, card, words }, folded }: { asking: Asking; folded: boolean }) {
  return (
    <div class="epochscope-question-tools">
      {asked.isOpen.value && (
        <Button
          kind="quiet"
          action="hands"
          label={words.ask_hands}
          text
          hint={words.ask_hands_hint}
          pressed={card.counting.value}
          onPress={() => {
            card.counting.value = !card.counting.value;
          }}
        />
      )}
      {asked.phase.value === "revealed" && (
        <Button
          kind="quiet"
          action="fold"
          icon={folded ? "unfold" : "close"}
          label={folded ? words.ask_unfold : words.ask_fold}
          expanded={!folded}
          onPress={() => {
            card.folded.value = !folded;
          }}
        />
      )}
    </div>
  );
}

function Body(props: PartProps) {
  const { asking } = props;
  const { asked, card, words } = asking;
  const phase = asked.phase.value;
  if (phase === "revealing")
    return (
      <div class="epochscope-question-foot">
        <p>{words.ask_revealing}</p>
        <Button kind="strong" action="skip" label={words.ask_skip} text onPress={() => asked.skip()} />
      </div>
    );
  if (phase === "revealed")
    return (
      <>
        <Outcome {...props} />
        {lastVote(asked) && (
          <div class="epochscope-question-foot">
            <CopyAnswers asking={asking} />
          </div>
        )}
      </>
    );
  return (
    <>
      {card.counting.value && <Hands {...props} />}
      {!card.counting.value && (phase === "choosing" ? <Choosing {...props} /> : <Committed {...props} />)}
      {(card.counting.value || phase === "committed" || asked.canReveal.value) && <Onward {...props} />}
    </>
  );
}

/** The vote of this page, which is locked. */
function Committed(props: PartProps) {
  const { asked, words } = props.asking;
  const [first, second] = asked.votes.value;
  const last = lastVote(asked);
  return (
    <>
      {last && (
        <p class="epochscope-question-vote" data-part="your-answer">
          <span>
            <VoteText {...props} vote={last} template={words.ask_your_answer} />
          </span>
          <span class="epochscope-question-locked">
            <Icon name="lock" /> {words.ask_locked}
          </span>
        </p>
      )}
      {first && second && <FirstVote {...props} vote={first} />}
    </>
  );
}

/** What follows: how many have answered, a second round, the reveal. */
function Onward({ asking, question }: PartProps) {
  const { asked, card, words } = asking;
  const counting = card.counting.value;
  const pages = asked.pages.value;
  return (
    <div class="epochscope-question-foot">
      {pages > 1 && <p data-part="pages">{fill(words.ask_pages, { count: pages })}</p>}
      {question.hold && <p data-part="waiting">{words.ask_waiting}</p>}
      {asked.canVoteAgain.value && (
        <Button
          kind="strong"
          action="again"
          label={words.ask_again}
          text
          hint={words.ask_again_hint}
          onPress={() => asked.voteAgain()}
        />
      )}
      {asked.canReveal.value && (
        <Button kind="filled" action="reveal" label={words.ask_reveal} text onPress={() => asked.reveal()} />
      )}
      {lastVote(asked) && !counting && <CopyAnswers asking={asking} />}
    </div>
  );
}

/** Keep the focus in the card when the element that had it is replaced. `state`: with another one, elements are. */
function useFocus(host: { current: HTMLElement | null }, state: string): void {
  const isInside = useRef(false);
  useLayoutEffect(() => {
    const el = host.current as HTMLElement;
    const life = new AbortController();
    const { signal } = life;
    const note = (event: FocusEvent): void => {
      // Without a next target the element was removed, or the window has lost the focus.
      isInside.current = event.type === "focusin" || event.relatedTarget === null;
    };
    el.addEventListener("focusin", note, { signal });
    el.addEventListener("focusout", note, { signal });
    return () => life.abort();
  }, []);
  useLayoutEffect(() => {
    const el = host.current as HTMLElement;
    const { activeElement } = el.getRootNode() as Document | ShadowRoot;
    if (!isInside.current || el.contains(activeElement)) return;
    const next = ["reveal", "skip", "fold", "again"].map((action) => el.querySelector(`[data-action=${action}]`));
    ((next.find(Boolean) as HTMLElement | undefined) ?? el).focus({ preventScroll: true });
  }, [state]);
}
