"""All kinds of questions by name, and how a question of one is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from epochscope.validation import check_choice, check_int, check_options

from .asked import Asked
from .choice import FreeChoice
from .first_all_correct import FirstAllCorrect
from .free_run import FreeRun
from .identity import question_id
from .kind import Kind
from .last_learned import LastLearned
from .memory_cut import MemoryCut
from .prediction import Prediction
from .subject import Subject
from .which_run import WhichRun
from .wording import check_text

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (Prediction(), FirstAllCorrect(), LastLearned(), MemoryCut(), FreeRun(), WhichRun(), FreeChoice())
}


def make(
    kind: object,
    subject: Subject,
    cursor: int,
    *,
    prompt: object,
    shown: object,
    hold: object,
    why: object,
    what: Mapping[str, Any],
) -> Asked:
    """Return a question with its answer, if it is known; the parameters are those of `ask`.

    Raises
    ------
    ValueError
        If a value is invalid.
    TypeError
        If an option does not belong to the kind, or one is missing.
    """
    found = KINDS[check_choice("kind", kind, KINDS)]
    _check_records(found, subject)
    run = _check_names(found, subject, what)
    if not isinstance(hold, bool):
        raise ValueError(f"hold={hold!r}: must be True or False; pass e.g. hold=True")
    if found.name == "choice" and prompt is None:
        raise TypeError('prompt: "choice" needs one; pass e.g. prompt="What will happen?"')
    texts: dict[str, Any] = {
        name: None if text is None else check_text(name, text) for name, text in (("prompt", prompt), ("why", why))
    }
    asked = replace(found.make(subject, run, cursor, what), hold=hold, **texts)
    asked = replace(asked, shown=_shown(found, asked, subject, cursor, shown))
    return found.update(replace(asked, id=question_id(asked, subject)), subject)


def _check_records(kind: Kind, subject: Subject) -> None:
    """Raise ValueError if the records are of several texts, or if epochs are asked for that are steps or tokens."""
    for source in subject.sources:
        history = source.history
        if len(history.probes) > 1:
            names = [probe.name for probe in history.probes]
            raise ValueError(
                f"the recording has {len(names)} texts, {', '.join(map(repr, names))}, and a question is about one: "
                f"ask EpochScope.from_history(scope.history.probe({names[0]!r})) instead"
            )
        if history.axis is not None and kind.name == "first_all_correct":
            raise ValueError(
                f'kind="first_all_correct": asks for an epoch, but the records are numbered by {history.axis}s; '
                "ask another kind"
            )


def _check_names(kind: Kind, subject: Subject, given: Mapping[str, Any]) -> int | None:
    """Check the names of the options, and return the number of the run that the question is about."""
    compares = subject.labels is not None
    if kind.of_many_runs and not compares:
        raise ValueError(f"kind={kind.name!r}: asks about several runs; ask it of a comparison, see compare(...)")
    hints = {
        name: f'not an option of "{kind.name}", which has {", ".join(kind.options) or "none"}; it belongs to '
        f"{' and '.join(repr(other.name) for other in KINDS.values() if name in other.options)}"
        for name in {name for other in KINDS.values() for name in other.options} - {*kind.options}
    }
    needs_run = kind.of_one_run and compares
    hints["run"] = (
        "a scope has one run; leave it out" if not compares else f'"{kind.name}" is about all runs; leave it out'
    )
    check_options(given, (*kind.options, "run") if needs_run else kind.options, hints)
    missing = [name for name in (*kind.required, *(["run"] if needs_run else [])) if name not in given]
    if missing:
        raise TypeError(
            f'{", ".join(missing)}: "{kind.name}" needs {"it" if len(missing) == 1 else "them"}; pass '
            f"{', '.join(f'{name}=...' for name in missing)}"
        )
    return subject.index(given["run"]) if needs_run else None


def _shown(kind: Kind, asked: Asked, subject: Subject, cursor: int, shown: object) -> int:
    """Return the last epoch to show while the question is covered. Raises ValueError if it gives the answer away."""
    if kind.shows_epoch:
        if shown is not None:
            raise ValueError(f'shown={shown!r}: "{kind.name}" shows the epoch that it asks about; leave it out')
        return asked.epoch
    told = kind.told_at(asked, subject)
    if shown is None:
        if subject.head < 0:
            return -1
        chosen = cursor if cursor < told else kind.fallback(asked)
        return chosen if chosen < told else -1
    number = check_int("shown", shown, -1)
    if number >= told:
        if kind.name == "choice":
            problem = f"must be a recorded epoch; pass at most {told - 1}"
        elif kind.early and any(each.count <= number and not each.ended for each in subject.concerned(asked)):
            problem = "may give the answer away, since it is not recorded yet; train first, or pass an earlier epoch"
        else:
            problem = "would give the answer away; pass an earlier epoch"
        raise ValueError(f"shown={number}: {problem}, or leave it out")
    return number
