"""Fixtures and settings for all tests: an isolated Jupyter, and the quick and thorough Hypothesis profiles."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.home import jupyter_home
from tests.thoroughness import THOROUGH

if TYPE_CHECKING:
    from collections.abc import Iterator

# The networks here are small: more threads do not make them faster, and make them much slower on a busy machine.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# No deadlines, because machines differ in speed. Quick runs use the same examples everywhere, so that a failure can be
# repeated by anyone; thorough runs draw new ones, or those of `--hypothesis-seed`.
settings.register_profile("quick", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("thorough", deadline=None, max_examples=1_000, print_blob=True)
settings.load_profile("thorough" if THOROUGH else "quick")


def pytest_configure() -> None:
    """Make a terminated run stop its servers, kernels and browsers, as an interrupted one does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests marked `thorough` in a quick run."""
    if not THOROUGH:
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("thorough")])
        items[:] = [item for item in items if not item.get_closest_marker("thorough")]


@pytest.fixture(scope="session", autouse=True)
def own_jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the directory that holds everything Jupyter reads and writes during the tests."""
    home = tmp_path_factory.mktemp("jupyter")
    with jupyter_home(home):
        yield home
