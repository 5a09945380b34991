"""What a widget shows, as a picture or a text. Runs in the kernel of a notebook."""

from __future__ import annotations

import gc
import json
from typing import Any

from epochscope.questions.asked import Asked
from epochscope.widget.shown import Shown
from epochscope.words import words


def probe(model_ids: list[str]) -> None:
    """Print as JSON what these widgets show now, by model id."""
    widgets = [found for found in gc.get_objects() if issubclass(type(found), Shown) and found.comm is not None]
    print(json.dumps({widget.model_id: state(widget) for widget in widgets if widget.model_id in model_ids}))


def state(widget: Any) -> dict[str, str | bool | None]:
    """Return the text and the picture (an SVG, None without one) of a widget, and whether a question covers it."""
    lang = widget._display.player.lang or "en"
    questions = getattr(widget, "_questions", None)
    if questions is not None and questions.covered:
        svg = widget.to_svg(lang=lang) if hides_nothing(widget) else None
        return {"text": covered(widget, lang), "svg": svg, "covered": True}
    svg = widget.to_svg(lang=lang) if widget._picture() is not None else None
    return {"text": repr(widget), "svg": svg, "covered": False}


def hides_nothing(widget: Any) -> bool:
    """Return whether a question shows all epochs that are recorded, and asks for no knowledge of what is to come."""
    asked: Asked = widget.question._poll.asked
    lengths = [len(run.history) for run in getattr(widget, "runs", [widget])]
    return asked.kind == "choice" and 0 < max(lengths) <= asked.shown + 1


def covered(widget: Any, lang: str) -> str:
    """Return the question that covers a widget, as a page asks it."""
    poll = widget.question._poll
    asked: Asked = poll.asked
    history = widget.runs[asked.run or 0].history if hasattr(widget, "runs") else widget.history
    at = asked.position if asked.position is not None else asked.after
    wording = words(lang).get(name_of(asked), "")  # a choice has a prompt
    prompt = asked.prompt or wording.format(
        position=at + 1 if at is not None else "",
        tokens=f"'{history.join([history.inputs[at]])}'" if at is not None else "",
        at=f"에폭 {asked.epoch}" if lang == "ko" else f"epoch {asked.epoch}",
        epoch=asked.epoch,
        part=asked.what,
        given=f"'{history.join(history.inputs[: asked.given or 1])}'",
    )
    title = {"en": "A question covers this player until it is answered:", "ko": "답할 때까지 질문이 화면을 가립니다:"}
    options = [f"  {number}. {option}" for number, option in enumerate(asked.options or (), 1)]
    return "\n".join([title[lang], prompt, *options])


def name_of(asked: Asked) -> str:
    """Return the name of the wording of a question."""
    if asked.kind == "which_run":
        return f"ask_which_run_{asked.by}"
    if asked.kind == "last_learned" and asked.by == "first_all_correct":
        return "ask_last_learned_first"
    if asked.kind == "memory_cut" and asked.what != "all":
        return "ask_memory_cut_part"
    return f"ask_{asked.kind}"
