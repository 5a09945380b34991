"""A bar that shows how far a training has come."""

from __future__ import annotations

import time
from collections.abc import Callable

INTERVAL = 0.05  # seconds between two looks


def with_bar(n: int, run: Callable[[int], int], loss: Callable[[], float]) -> None:
    """Call `run` with so many epochs that the bar moves about 20 times a second, up to n or to where it does fewer."""
    try:
        from tqdm.auto import tqdm
    except ImportError as error:
        raise ImportError("progress=True shows a bar of tqdm, which is not installed: pip install tqdm") from error
    with tqdm(total=n, unit="epoch") as bar:
        slice_ = 1
        while bar.n < n:
            count = min(slice_, n - bar.n)
            start = time.perf_counter()
            done = run(count)
            slice_ = max(1, int(count * INTERVAL / max(time.perf_counter() - start, 1e-6)))
            bar.set_postfix(loss=f"{loss():.3f}", refresh=False)
            bar.update(done)
            if done < count:
                break
