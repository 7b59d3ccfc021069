"""How far the bot's clock is ahead of Telegram's, learned from the messages that it sends.

Whether words were written before a screen was shown is a matter of two clocks: messages carry Telegram's. A wrong clock of
the machine must not make every answer look too early. Each sent message comes back with the second in which Telegram had it,
which lies between the call and its answer: that bounds the difference. As long as none is needed to explain it, it is none.
"""

from __future__ import annotations

import math


class TwoClocks:
    """`ahead`: seconds by which ours is ahead; 0 as long as that is possible."""

    def __init__(self) -> None:
        self._least, self._most = -math.inf, math.inf
        self.ahead = 0.0

    def sent(self, before: float, after: float, date: float) -> None:
        """A call made between these moments by our clock brought back a message of this date (whole seconds)."""
        if date <= 0:
            return
        least, most = before - date - 1.0, after - date
        if least > self._most or most < self._least:  # a clock was set: what was known is void
            self._least, self._most = least, most
        else:
            self._least, self._most = max(least, self._least), min(most, self._most)
        self.ahead = min(max(0.0, self._least), self._most)
