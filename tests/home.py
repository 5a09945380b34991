"""An isolated home for Jupyter: tests read nothing of the user's and leave nothing behind."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def jupyter_home(home: Path) -> Iterator[None]:
    """Keep all files of Jupyter and IPython under `home`, for this process and its children."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("JUPYTER", "IPYTHON"))]:
            patch.delenv(name)
        patch.setenv("JUPYTER_PLATFORM_DIRS", "1")
        patch.setenv("JUPYTER_CONFIG_DIR", str(home / "config"))
        patch.setenv("JUPYTER_DATA_DIR", str(home / "data"))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(home / "runtime"))
        patch.setenv("JUPYTERLAB_SETTINGS_DIR", str(home / "lab" / "settings"))
        patch.setenv("JUPYTERLAB_WORKSPACES_DIR", str(home / "lab" / "workspaces"))
        patch.setenv("IPYTHONDIR", str(home / "ipython"))
        yield
