"""What all tests share: a Jupyter of their own, and the order in which the rooms are visited."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.home import jupyter_home

if TYPE_CHECKING:
    from collections.abc import Iterator

# The nets here are small: on more threads they are no faster, and on a busy machine many times slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")

TESTS = Path(__file__).parent
LAST = ("packaging", "notebooks", "browser")
"""Rooms that take long, visited after all others, in this order."""

# No deadlines, as machines are slow at times; the same examples everywhere, so that a failure is everyone's.
settings.register_profile("steady", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("steady")


def pytest_configure() -> None:
    """Let a terminated run end its servers, kernels and browsers as an interrupted one does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick rooms first. (Playwright also leaves an event loop behind in this thread: nothing else may follow it.)"""

    def slowness(item: pytest.Item) -> int:
        room = item.path.relative_to(TESTS).parts[0]
        return LAST.index(room) + 1 if room in LAST else 0

    items.sort(key=slowness)


@pytest.fixture(scope="session", autouse=True)
def own_jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home of their own for all kernels and servers: nothing of the user's is read, nothing is left behind."""
    home = tmp_path_factory.mktemp("jupyter")
    with jupyter_home(home):
        yield home
