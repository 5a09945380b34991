"""When records may be sent: a few messages a second, whatever the training speed."""

from __future__ import annotations

#: The shortest time, in seconds, between two chunks. At 12.5 chunks a second the default 12 epochs a second are sent
#: one by one, and with acknowledgements and the chart there are at most 25 messages a second.
INTERVAL_S = 0.08
#: How long a moment lasts, in seconds, in which several runs of a comparison send.
MOMENT_S = 0.01


class Pace:
    """When chunks may be sent. Feeds that share a pace send at the same moments, so that it can be one message.

    Parameters
    ----------
    interval
        The shortest time, in seconds, between two moments. Defaults to `INTERVAL_S`.
    """

    def __init__(self, interval: float = INTERVAL_S) -> None:
        self._interval = interval
        #: The moment at which chunks were sent last, in seconds.
        self.moment: float = -1e9

    def due(self, now: float, last: float) -> bool:
        """Return whether a feed may send whose last chunk was sent at the moment `last`."""
        since = now - self.moment
        return since >= self._interval or (since < MOMENT_S and last != self.moment)

    def sent(self, now: float) -> float:
        """Note that a chunk is sent, and return the moment to which it belongs."""
        if now - self.moment >= MOMENT_S:
            self.moment = now
        return self.moment
