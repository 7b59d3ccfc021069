"""Running sessions kept in memory as they were last written."""

from __future__ import annotations

from collections import OrderedDict

from bot.core.conversation.session import ENDED, Session
from bot.store import SessionRow


class SessionCache:
    """Each session with the hash of its text (64 bits, the text itself would be half of the memory), so that a chat that
    goes on need not be read from its text again. `most`: sessions that are kept; the longest unused one goes first."""

    def __init__(self, most: int = 4096) -> None:
        self._known: OrderedDict[str, tuple[int, Session]] = OrderedDict()
        self._most = most

    def read(self, row: SessionRow) -> Session:
        """The session of a row; read from its text if that is not the one written last."""
        known = self._known.get(row.id)
        return known[1] if known is not None and known[0] == hash(row.json) else Session.from_json(row.json)

    def write(self, session: Session) -> str:
        """The text of a session, which is kept while it runs."""
        text = session.to_json()
        if session.at in ENDED:  # a few taps more at most: not worth its memory
            self.drop(session.id)
            return text
        self._known[session.id] = (hash(text), session)
        self._known.move_to_end(session.id)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return text

    def drop(self, session: str) -> None:
        """Forget a session."""
        self._known.pop(session, None)
