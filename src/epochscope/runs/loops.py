"""Which event loop runs here, if any."""

from __future__ import annotations

import asyncio


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The loop that runs on this thread, or None: in plain Python there is none."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
