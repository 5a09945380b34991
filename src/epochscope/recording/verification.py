"""`Verification`: whether a run repeats what a spec describes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from .fingerprint import hashed, parts
from .run_spec import RunSpec


@dataclass(frozen=True)
class Verification:
    """Whether a run repeats the losses of another one bit for bit. It is true if all are the same.

    Attributes
    ----------
    outcome
        "same"; "different"; "unfinished": what is recorded is the same, but there are not enough epochs yet; or
        "unknown": there is nothing to compare with.
    message
        A sentence for it.
    same_until
        The last epoch up to which all losses are the same for certain; -1 if there is none.
    different_by
        The epoch by which a loss differs; None if none does.
    made, here
        What computed the other run and this one, e.g. "torch 2.13.0, AVX2"; None if unknown.
    """

    outcome: Literal["same", "different", "unfinished", "unknown"]
    message: str
    same_until: int = -1
    different_by: int | None = None
    made: str | None = None
    here: str | None = None

    def __bool__(self) -> bool:
        """Return whether all losses are the same."""
        return self.outcome == "same"

    def __repr__(self) -> str:
        return f"<Verification: {self.message}>"

    def __str__(self) -> str:
        return self.message


def verify(
    expected: RunSpec | None,
    losses: npt.NDArray[np.float64],
    here: RunSpec | None,
    *,
    over: bool = False,
) -> Verification:
    """Compare losses with the fingerprint of a spec.

    Parameters
    ----------
    expected
        The spec; None: the run was not made from one.
    losses
        (E,) What is recorded, in nats per token.
    here
        The spec of what is recorded; None: it has none.
    over
        Whether the run cannot go on, since its last loss is not finite. Defaults to False.
    """
    if expected is None:
        return Verification("unknown", "there is no spec to compare with; pass one, e.g. scope.verify(other.spec())")
    if not expected.check:
        return Verification(
            "unknown", "this spec has no fingerprint to compare with; one that spec() returns of a recorded run has it"
        )
    made, this = expected.made, None if here is None else here.made
    lengths = parts(expected.epochs)
    known = [(length, hash_) for length, hash_ in zip(lengths, expected.check, strict=True) if length <= len(losses)]
    differs = next((length for length, hash_ in known if hashed(losses[:length]) != hash_), None)
    same = max((length for length, _ in known if differs is None or length < differs), default=0)
    if differs is None and len(losses) >= expected.epochs:
        count = f"losses of all {expected.epochs} epochs are" if expected.epochs > 1 else "loss of its only epoch is"
        return Verification("same", f"repeats it bit for bit: the {count} the same", same - 1, made=made, here=this)
    until = f"the same up to epoch {same - 1}" if same else ""
    if differs is None and not over:
        told = f"{until} so far; " if until else ""
        message = f"{told}{len(losses)} of {expected.epochs} epochs are trained: train the others, and verify again"
        return Verification("unfinished", message, same - 1, made=made, here=this)
    if differs is None:
        message = f"{until}{', and ' if until else ''}the last loss, of epoch {len(losses) - 1}, is not finite"
        return Verification(
            "different", f"{message}: {_why(expected, here)}", same - 1, len(losses) - 1, made=made, here=this
        )
    message = f"{until}{', and ' if until else ''}different by epoch {differs - 1}"
    return Verification("different", f"{message}: {_why(expected, here)}", same - 1, differs - 1, made=made, here=this)


def _why(expected: RunSpec, here: RunSpec | None) -> str:
    if here is None:
        return "this run was changed, so that no spec describes it"
    others = _differing(expected, here)
    if others:
        return f"this run has other settings ({', '.join(others)})"
    made, this = expected.made or "something unknown", here.made or "something unknown"
    if made != this:
        return f"another rounding (made with {made}; this is {this})"
    return (
        f"both were made with {made}, so the weights were changed by hand, or the device does not compute reproducibly"
    )


def _differing(expected: RunSpec, here: RunSpec) -> list[str]:
    """Return the names of the fields that differ as far as both have been trained."""
    first, second = (replace(spec, changes=(), check=(), made=None, epochs=1) for spec in (expected, here))
    found = [name for name in first.__dataclass_fields__ if getattr(first, name) != getattr(second, name)]
    until = min(expected.epochs, here.epochs)
    sets = [
        {(f"{name}@{change.epoch}", value) for change in spec.changes for name, value in change.settings}
        for spec in (expected, here)
    ]
    names = {name: int(name.split("@")[1]) for name, _ in sets[0] ^ sets[1]}
    return found + sorted(
        (name for name, epoch in names.items() if epoch < until), key=lambda name: (names[name], name)
    )
