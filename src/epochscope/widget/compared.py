"""What `compare` accepts, and the runs that it makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from epochscope.dependencies import explain_missing
from epochscope.history import History
from epochscope.recording.labels import MAX_RUNS, MIN_RUNS
from epochscope.runs.replay_run import ReplayRun
from epochscope.runs.run import Run
from epochscope.runs.training_run import TrainingRun
from epochscope.validation import check_choice

from .scope import EpochScope

if TYPE_CHECKING:
    from epochscope.training.trainer import Trainer

#: What can be compared, besides the options that vary.
Comparable: TypeAlias = "EpochScope | Trainer | History | Mapping[str, Any] | PathLike[str]"


class Compared(NamedTuple):
    """The runs of a comparison, and those of them that it has made itself."""

    runs: list[Run]
    own: list[Run]


def make_runs(
    items: Sequence[Any], *, epochs: int, match: str | None, options: Mapping[str, Any], instead: str
) -> Compared:
    """Make the runs of a comparison.

    Parameters
    ----------
    items
        What `compare` was given: texts with options, or things that have run.
    epochs
        The length of the runs that are made.
    match
        "parameters", or None.
    options
        Options of `Trainer`; lists vary from run to run.
    instead
        The name of the function, for error messages.

    Raises
    ------
    ValueError
        If there are fewer than 2 or more than 6 runs, one of them twice, or an invalid option.
    TypeError
        If an item is of another type.
    """
    text, items = _text_of(items)
    if options and text is None:
        raise ValueError(
            f"{', '.join(options)}: options need a text, e.g. {instead}(text, cell=['rnn', 'lstm']); a run that exists "
            "has its own"
        )
    specs: list[Any] = list(items)
    if text is not None:
        varied = _varied(options)
        fixed = {name: value for name, value in options.items() if name not in varied}
        specs = [{"text": text, **fixed, **each} if isinstance(each, Mapping) else each for each in items]
        specs += [{"text": text, **fixed, **each} for each in _zipped(varied)]
    _check_count(len(specs), instead)
    if match is not None:
        check_choice("match", match, ("parameters",))
        specs = _matched(specs)
    made = [_run_of(spec, i, epochs) for i, spec in enumerate(specs)]
    runs = [run for run, _ in made]
    for i, run in enumerate(runs):
        if any(run is other for other in runs[:i]):
            first = next(k for k, other in enumerate(runs) if other is run)
            raise ValueError(f"runs {first} and {i} are the same run; compare different ones")
    for i, run in enumerate(runs):
        if run.history.axis is not None or run.history.probes:
            raise ValueError(
                f"run {i} is a loop on a corpus: {instead} shows epochs of one text side by side, and its records are "
                "steps, tokens or parts of epochs, or of several texts; show it alone, in an EpochScope"
            )
    return Compared(runs, [run for run, own in made if own])


def _text_of(items: Sequence[Any]) -> tuple[str | Sequence[str] | None, Sequence[Any]]:
    """Return the text that comes first, None if there is none, and the other items."""
    first = items[0] if items else None
    if isinstance(first, str) or (isinstance(first, (list, tuple)) and all(isinstance(each, str) for each in first)):
        return first, items[1:]
    return None, items


def _varied(options: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the options that vary: lists. A list of tokens is one alphabet."""

    def varies(name: str, value: Any) -> bool:
        return isinstance(value, list) and not (name == "alphabet" and all(isinstance(each, str) for each in value))

    return {name: value for name, value in options.items() if varies(name, value)}


def _zipped(varied: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
    lengths = {name: len(values) for name, values in varied.items()}
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ValueError(f"lists of different lengths: {counts}; give each one value for each run")
    return [dict(zip(varied, values, strict=True)) for values in zip(*varied.values(), strict=True)]


def _check_count(count: int, instead: str) -> None:
    if count < MIN_RUNS:
        raise ValueError(
            f"{count} run{'s' if count != 1 else ''}: {instead} needs {MIN_RUNS} to {MAX_RUNS}, e.g. {instead}(text, "
            "cell=['rnn', 'lstm']) or two scopes"
        )
    if count > MAX_RUNS:
        raise ValueError(
            f"{count} runs: {instead} shows {MIN_RUNS} to {MAX_RUNS} side by side; choose {MAX_RUNS} of them, or "
            "summarize many with sweep"
        )


def _matched(specs: Sequence[Any]) -> list[Any]:
    for i, spec in enumerate(specs):
        if not isinstance(spec, Mapping):
            raise ValueError(
                f'match="parameters": run {i} is given as {type(spec).__name__}, whose size is fixed; '
                "give options instead"
            )
    with explain_missing():
        from epochscope.training.matching import match_parameters

    return match_parameters(specs)


def _run_of(spec: Any, index: int, epochs: int) -> tuple[Run, bool]:
    """Return a run, and whether it was made here."""
    if isinstance(spec, EpochScope):
        return spec._run, False  # noqa: SLF001 - the run is shared, so that both show it
    if isinstance(spec, History):
        return ReplayRun(spec), True
    if isinstance(spec, PathLike):
        return ReplayRun(History.load(spec)), True
    with explain_missing():
        from epochscope.training.options import check_trainer_options
        from epochscope.training.trainer import Trainer

    if isinstance(spec, Trainer):
        return TrainingRun(spec, epochs=epochs), True
    if isinstance(spec, Mapping):
        if "text" not in spec:
            raise ValueError(f"run {index}: its options have no text; add text=..., or pass the text first")
        check_trainer_options({name: value for name, value in spec.items() if name != "text"}, ["text", "epochs"])
        length = spec.get("epochs", epochs)
        rest = {name: value for name, value in spec.items() if name not in ("text", "epochs")}
        return TrainingRun(Trainer(spec["text"], **rest), epochs=length), True
    raise TypeError(
        f"run {index}: {type(spec).__name__} cannot be compared; give an EpochScope, a Trainer, a History, the path of "
        "a recording (pathlib.Path), or a dict of options"
    )
