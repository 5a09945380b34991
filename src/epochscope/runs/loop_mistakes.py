"""What is said about loops that log too little or too much."""

from __future__ import annotations

from .loop_axis import Steps


def not_logged(number: int, steps: Steps | None) -> str:
    """Return what to do if an epoch, or a step that is recorded, was not logged."""
    if steps is None:
        return (
            f"epoch {number} was not logged: call monitor.log(loss=loss, logits=outputs) "
            "in the body of the loop, once per epoch"
        )
    return (
        f"step {number} was not logged: call monitor.log(loss=loss, probe=model) in the body of the loop, in every "
        "step; it does nothing in steps that are not recorded"
    )


def logged_twice(number: int, steps: Steps | None) -> str:
    """Return what to do if an epoch or a step is logged again."""
    if steps is None:
        return (
            f"epoch {number} is logged already: call monitor.log() once per epoch; to record every mini-batch "
            "or several passes, let monitor.steps(n) count these"
        )
    return (
        f"step {number} is logged already: call monitor.log() once per step; several texts are given to monitor() as a "
        "dict, and are logged at once"
    )


def left_open(number: int) -> str:
    """Return what to do if a loop goes on after another one has begun."""
    return (
        f"{number} is not begun, since another loop of this monitor has begun in between: end a loop before the next "
        "one, or make a monitor for each"
    )
