"""`Probe`: a text of a recording of several, as a span of its positions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from epochscope.validation import check_int

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MAX_PROBES = 16
MAX_NAME = 80  # characters of the name of a probe or a scalar


class Probe(NamedTuple):
    """One of the texts whose predictions a recording holds.

    Attributes
    ----------
    name
        Its name, e.g. "held out".
    start, stop
        Its positions: `start` to `stop` - 1.
    """

    name: str
    start: int
    stop: int


def check_name(what: str, name: object) -> str:
    """Return the name of a probe or a scalar. Raises ValueError unless it is a string of 1 to 80 characters."""
    if isinstance(name, str) and name.strip() and len(name) <= MAX_NAME and name.isprintable():
        return name
    raise ValueError(f"{what} {name!r}: must be a string of 1 to {MAX_NAME} printable characters; pass e.g. 'held out'")


def check_probes(probes: Iterable[tuple[str, int, int]], counted: npt.NDArray[np.bool_]) -> tuple[Probe, ...]:
    """Return the probes of a recording.

    Parameters
    ----------
    probes
        Name, start and stop of each.
    counted
        Whether each position of the recording has a target, (P,).

    Raises
    ------
    ValueError
        If there are too many, two have the same name, they do not cover all positions in order, or all targets of one
        are ignored.
    """
    checked = tuple(
        Probe(check_name("the probe", name), check_int("start", start, 0), check_int("stop", stop, 1))
        for name, start, stop in probes
    )
    names = [probe.name for probe in checked]
    if len(checked) > MAX_PROBES:
        raise ValueError(f"{len(checked)} probes: must be at most {MAX_PROBES}; pass fewer")
    if len(set(names)) < len(names):
        raise ValueError(f"probes {names}: two have the same name; pass different names")
    edges = [0, *(probe.stop for probe in checked)]
    if checked and (
        edges[-1] != len(counted)
        or any(probe.start != edge or probe.stop <= edge for probe, edge in zip(checked, edges, strict=False))
    ):
        spans = [(probe.start, probe.stop) for probe in checked]
        raise ValueError(f"probes at positions {spans}: must cover the {len(counted)} positions in order, none empty")
    for probe in checked:
        if not counted[probe.start : probe.stop].any():
            raise ValueError(f"probe {probe.name!r}: all its targets are ignored (-1); at least one must be a token")
    return checked
