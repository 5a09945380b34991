"""The real front end: many pages in one Node process that takes orders and returns what the pages send."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ANSWER_S = 60.0

Orders = list[tuple[int, list[Any]]]
"""For each world its number and its orders, see js/testing/pages.ts. Without orders the world ends."""


class Pages:
    """New orders may be given before the answers to the last ones: both sides then work at the same time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def order(self, orders: Orders) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(orders, separators=(",", ":")) + "\n")
        self._process.stdin.flush()

    def answers(self) -> list[dict[str, Any]]:
        """Return the answers to the oldest unanswered orders, one for each world."""
        line = self._answers.get(timeout=ANSWER_S)
        if not line:
            raise RuntimeError("the pages ended; see their output above")
        return json.loads(line)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put("")


@contextmanager
def open_pages(folder: Path) -> Iterator[Pages]:
    """Bundle the front end into `folder` and run it until the end of the block."""
    bundle = folder / "pages.mjs"
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    options = ["--bundle", "--platform=node", "--format=esm", "--log-level=warning", f"--outfile={bundle}"]
    subprocess.run([esbuild, ROOT / "js" / "testing" / "pages.ts", *options], check=True, cwd=ROOT)
    with subprocess.Popen(
        ["node", bundle], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        try:
            yield Pages(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
