"""2. A scope that trains in JupyterLab while Chromium shows it, against the loop by hand in the same kernel."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.figure import Figure, in_turns, median_of
from tests.benchmarks.lab import Lab, lab
from tests.benchmarks.loops import Took, by_clock, by_processor
from tests.benchmarks.manners import MANNERS
from tests.browser.notebook import Notebook
from tests.browser.player import DRAWN, Player

#: Epochs per measurement: about a second, so that occasional work occurs several times.
PIECE = 1_500

CELL = """
import torch
from epochscope import EpochScope, Trainer
from tests.benchmarks.loops import Stopwatch, bare
torch.set_num_threads(1)
scope = EpochScope(" I think therefore I am.", epochs=%d)

def unwatched(n):
    trainer = Trainer(" I think therefore I am.")
    watch = Stopwatch()
    trainer.train(n)
    return watch.per(n)

scope
"""
TRAIN = "watch = Stopwatch()\nscope.train({n})\ntook = watch.per({n})"
PLAY = """
watch = Stopwatch()
scope.play(speed=None, epochs={n})
await scope.finished()
took = watch.per({n})
"""


def quiet(notebook: Notebook, player: Player, head: int) -> None:
    """Wait until the browser has drawn the head, so that its work does not fall into the next measurement."""
    player.wait_for_epoch(head)
    notebook.page.wait_for_timeout(300)
    notebook.page.evaluate(DRAWN)


#: The loop by hand, and a trainer without a widget, in the same kernel.
BY_HAND, UNWATCHED = "bare({n})", "unwatched({n})"


def scope_against(other: str, place: Lab, code: str, piece: int, pairs: int) -> tuple[list[Took], list[Took]]:
    """Return times per epoch of the scope and of `other`, measured alternately in one kernel."""
    notebook, player = place.play(CELL % piece)

    def shown() -> Took:
        notebook.kernel.run("scope.reset()")
        quiet(notebook, player, -1)
        notebook.kernel.run(code.format(n=piece))
        quiet(notebook, player, piece - 1)
        return Took(*notebook.evaluate("took"))

    def unseen() -> Took:
        return Took(*notebook.evaluate(other.format(n=piece)))

    shown()
    unseen()
    return in_turns(shown, unseen, pairs)


def manners(place: Lab, times: int) -> Iterator[Figure]:
    """Measure other ways to show a loop, for comparison."""
    for manner, (name, epochs) in MANNERS.items():
        import_it = f"from tests.benchmarks.manners import {manner.__name__}, against_bare"
        notebook = place.open([f"{import_it}\ntook = against_bare({manner.__name__}, {epochs})"])
        pairs: list[list[float]] = []
        for _ in range(times):
            notebook.run(0, within_s=180)
            pairs.append(notebook.evaluate("took"))
        taken = median_of("", [1e6 * took for took, _ in pairs])
        yield median_of(f"{name} / loop by hand", [a / b for a, b in pairs], note=f"{taken.value:,.0f} µs an epoch")


def measure(quick: bool) -> list[Figure]:
    """Measure a cell that trains, a run in the background, and the other ways."""
    pairs, piece = (6, PIECE // 2) if quick else (16, PIECE)
    with lab() as place:
        trained, by_hand = scope_against(BY_HAND, place, TRAIN, piece, pairs)
        played, again = scope_against(BY_HAND, place, PLAY, piece, pairs)
        watched, unwatched = scope_against(UNWATCHED, place, PLAY, piece, pairs)
        others = list(manners(place, 2 if quick else 5))
    return [
        median_of("the loop by hand in this kernel, per epoch", [1e6 * each.wall for each in by_hand], unit="µs"),
        median_of("`scope.train()` / loop by hand", by_clock(trained, by_hand), 1.03),
        median_of("the same in the kernel's processor time", by_processor(trained, by_hand)),
        median_of("`scope.play(speed=None)` / loop by hand", by_clock(played, again), 1.03),
        median_of("the same in the kernel's processor time", by_processor(played, again)),
        median_of("`scope.play(speed=None)` / `Trainer` without a widget", by_clock(watched, unwatched)),
        *others,
    ]
