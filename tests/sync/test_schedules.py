"""Random schedules of lost, duplicated and late messages: every page ends with the kernel's recording.

`EPOCHSCOPE_SEED=1234 pytest tests/sync` runs only the schedule of that seed.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from tests.sync.pages import Pages, open_pages
from tests.sync.world import Schedule, World
from tests.thoroughness import count

SCHEDULES = count(300, 10_000)
REAL = count(50, 200)
"""The number of schedules with a real trainer."""
AT_ONCE = 64
"""Worlds in one message: while the pages of one half run, the kernels of the other half do."""
SEED = os.environ.get("EPOCHSCOPE_SEED")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with open_pages(tmp_path_factory.mktemp("pages")) as opened:
        yield opened


class Half:
    """Worlds that advance together."""

    def __init__(self, seeds: Iterator[int], pages: Pages, *, scripted: bool) -> None:
        self._seeds, self._pages, self._scripted = seeds, pages, scripted
        self._worlds: dict[int, World] = {}
        self._orders: dict[int, list[Any]] = {}

    def begin(self) -> bool:
        """Give orders; return whether there were any."""
        for seed in itertools.islice(self._seeds, AT_ONCE - len(self._worlds)):
            self._worlds[seed] = Schedule(seed, scripted=self._scripted).run()
            self._advance(seed, None)
        self._pages.order(list(self._orders.items()))
        return bool(self._orders)

    def finish(self) -> None:
        """Handle the answers to them."""
        for seed, answer in zip(list(self._orders), self._pages.answers(), strict=True):
            self._advance(seed, answer)

    def _advance(self, seed: int, answer: dict[str, Any] | None) -> None:
        try:
            self._orders[seed] = self._worlds[seed].send(answer)  # type: ignore[arg-type]
        except StopIteration:
            del self._worlds[seed], self._orders[seed]
        except Exception as error:
            raise AssertionError(f"seed {seed} (EPOCHSCOPE_SEED={seed} runs it alone): {error}") from error


def run_schedules(seeds: Iterable[int], pages: Pages, *, scripted: bool) -> None:
    each = iter(seeds)
    halves = [Half(each, pages, scripted=scripted) for _ in range(2)]
    halves[0].begin()
    for now, then in itertools.cycle([halves, halves[::-1]]):
        more = then.begin()
        now.finish()
        if not more and not now._worlds:
            then.finish()
            return


@pytest.mark.parametrize("scripted", [True, False], ids=["scripted", "real"])
def test_every_page_ends_with_the_kernels_recording(pages: Pages, scripted: bool) -> None:
    seeds = [int(SEED)] if SEED else range(SCHEDULES if scripted else REAL)
    run_schedules(seeds, pages, scripted=scripted)
