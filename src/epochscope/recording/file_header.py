"""The header of a recording's file: what is written of the recording besides its arrays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from epochscope.validation import check_int

from .alphabet import Alphabet
from .archive import MAX_HEADER
from .labels import check_labels, named
from .recording import Recording
from .records import IGNORED

if TYPE_CHECKING:
    import numpy.typing as npt

    from .weights import Weights

FORMAT, FORMAT_OF_SEVERAL, FORMAT_OF_SWEEP = "epochscope recording", "epochscope comparison", "epochscope sweep"
_HOLDS = {
    FORMAT: "a single recording; use epochscope.EpochScope.load(path) or epochscope.History.load(path)",
    FORMAT_OF_SEVERAL: "a comparison; use epochscope.Comparison.load(path)",
    FORMAT_OF_SWEEP: "a sweep; use epochscope.Sweep.load(path)",
}
VERSION, VERSION_WITH_IGNORED, VERSION_WITH_WEIGHTS, VERSION_OF_FRAMES = 1, 2, 3, 4
_NO_TARGET = 2**32 - 1  # IGNORED as an unsigned integer
_R = TypeVar("_R", bound=Recording)


def packed_header(recording: Recording, version: int, weights: Weights | None) -> bytes:
    """Return the header of a recording, with its weights if there are any, as JSON.

    Raises ValueError if the alphabet and the metadata take more than 8 MiB.
    """
    fields: dict[str, Any] = {"format": FORMAT, "version": version}
    if version != VERSION_OF_FRAMES:
        fields["epochs"] = len(recording)
    fields |= {
        "positions": recording.positions,
        "alphabet": recording.alphabet.tokens,
        "separator": recording.separator,
        "metadata": recording.metadata,
        "branches": recording.branches,
    }
    if version == VERSION_OF_FRAMES:
        fields |= {"axis": recording.axis, "probes": recording.probes}
    if weights is not None and weights.trained is not None:
        fields["trained"] = weights.trained.to_json()
    header = json.dumps(fields, ensure_ascii=False, allow_nan=False).encode()
    if len(header) > MAX_HEADER:
        raise ValueError(f"alphabet and metadata take {len(header):,} bytes: at most {MAX_HEADER:,} can be saved")
    return header


def check_header(header: Any) -> int:
    """Return the version. Raises ValueError if the header is of another kind of file, or of a later epochscope."""
    if header["format"] == FORMAT_OF_SEVERAL:
        labels = check_labels(header["labels"])
        raise ValueError(
            f"this file holds a comparison of {len(labels)} runs ({named(labels)}); use "
            "epochscope.Comparison.load(path)"
        )
    check_format(header["format"], FORMAT)
    version = header["version"]
    if version not in (VERSION, VERSION_WITH_IGNORED, VERSION_WITH_WEIGHTS, VERSION_OF_FRAMES):
        raise ValueError(f"its version is {version!r}, expected {VERSION} to {VERSION_OF_FRAMES}; update epochscope")
    return version


def check_format(found: object, expected: str) -> None:
    """Raise ValueError unless a file has the expected format; the message names what reads it."""
    if found == expected:
        return
    if isinstance(found, str) and found in _HOLDS:
        raise ValueError(f"this file holds {_HOLDS[found]}")
    raise ValueError(f"its format is {found!r}, expected {expected!r}")


def described(header: Mapping[str, Any], inputs: npt.ArrayLike, targets: npt.ArrayLike, kind: type[_R]) -> _R:
    """Return an empty recording of this class that is as the header says."""
    return kind(
        Alphabet(header["alphabet"]),
        inputs,
        targets,
        separator=header["separator"],
        metadata=header["metadata"],
        branches=tuple(header["branches"]),
        axis=header.get("axis"),
        probes=header.get("probes", ()),
    )


def targets_of(stored: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
    """Return targets, (P,), as a file stores them."""
    targets = stored.astype(np.int64)
    targets[targets == _NO_TARGET] = IGNORED
    return targets


def check_branches(header: Mapping[str, Any], epochs: int) -> None:
    """Raise ValueError unless the epochs at which the recording branched increase, and it has so many epochs."""
    branches = tuple(check_int("branch", epoch, 0, epochs) for epoch in header["branches"])
    if branches != tuple(sorted(set(branches))):
        raise ValueError(f"its branches {branches} are not in increasing order")
