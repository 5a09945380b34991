"""The arguments of `monitor` for one text, or for several by their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from epochscope.recording.probes import MAX_PROBES, check_name

from .arrays import kind_of
from .loop_arguments import alphabet_of, is_text, parse_loop_data
from .loop_data import LoopData
from .loop_probes import ONE, LoopProbes


def parse_probes(inputs: Any, targets: Any, alphabet: Any, ignore_index: Any = -100) -> LoopProbes:
    """Return the texts that the arguments of `monitor` describe; see there."""
    if not isinstance(inputs, Mapping) or targets is not None:
        return LoopProbes({ONE: parse_loop_data(inputs, targets, alphabet, ignore_index)})
    if not inputs:
        raise ValueError("inputs is an empty dict: pass a text, or several by their names, e.g. {'held out': text}")
    known = alphabet_of(alphabet)
    if known is None:
        raise ValueError(
            "alphabet is missing: with several texts, pass the tokens in the order of their indices, e.g. "
            "alphabet=char_set"
        )
    probes: dict[str, LoopData] = {}
    for name, given in inputs.items():
        check_name("the name of a text", name)
        try:
            probes[name] = parse_loop_data(*_pair(given), known, ignore_index)
        except ValueError as error:
            raise ValueError(f"inputs[{name!r}]: {error}") from None
    if len(probes) > MAX_PROBES:
        raise ValueError(f"inputs are {len(probes)} texts: must be at most {MAX_PROBES}")
    return LoopProbes(probes)


def _pair(given: Any) -> tuple[Any, Any]:
    """Return inputs and targets; the targets of a text are None."""
    if is_text(given):
        return given, None
    if isinstance(given, (tuple, list)) and len(given) == 2:
        return given[0], given[1]
    raise ValueError(f"{kind_of(given)}: must be a text, or a pair (inputs, targets)")
