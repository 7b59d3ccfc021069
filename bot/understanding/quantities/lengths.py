"""How long one spasm lasts, in seconds: "half an hour at a time", "quick as a flash"; and words that name no length."""

from __future__ import annotations

from bot.understanding.lists.model import Lists
from bot.understanding.patterns.match import Match
from bot.understanding.words import SpokenWords

from .amounts import Duration
from .figures import Figure, neat
from .listed import Listed

_SHORTEST = 1
"""Seconds that a spasm lasts at least."""


class LengthReader:
    """Reads the length of one spasm with the words of a language."""

    def __init__(self, parts: Lists) -> None:
        self._instants = {tuple(k.split()): v for k, v in parts.duration_words.items()}
        self._instant_list = Listed(parts.duration_words)
        self._vague_length = Listed(parts.vague_length)
        self._ago = Listed(parts.ago_words)
        self._since = Listed(parts.since)

    def spasm_length(
        self,
        text: SpokenWords,
        match: Match,
        durations: list[Duration],
        taken: set[int],
        opened: bool,
        onset_opened: bool,
    ) -> Figure | None:
        """The length of one spasm in seconds; `value` None if only words speak of it."""
        words = text.words
        per_spasm = match.spans("time.per_spasm")
        instants = self._instant_list.spans(text.words)
        if instants and (
            opened or len(words) <= 5 or any(text.sentence[p[0]] == text.sentence[instants[0][0]] for p in per_spasm)
        ):
            begin, end = instants[0]
            return Figure(neat(*self._instants[words[begin:end]]), instants[0])
        for duration in durations:
            begin, end = duration.span
            if begin in taken:
                continue
            ruled_out = match.spans("time.not_one_spasm")
            if any(0 <= begin - o[1] <= 1 and text.clause[o[0]] == text.clause[begin] for o in ruled_out):
                continue
            if len(durations) > 1 and match.spots("time.of_another_spasm").begin_between(end, end + 1):
                continue  # "2 hrs last time but this one more like 40 min"
            short = duration.unit in ("second", "minute") or duration.most <= 1800
            if self._ago.at(words, end) or (self._since.before(words, begin) and duration.least == duration.most):
                continue
            said = any(text.sentence[p[0]] == text.sentence[begin] and abs(p[0] - begin) < 7 for p in per_spasm)
            if duration.vague:
                if duration.unit == "second" and (opened or said or len(words) <= 4):
                    return Figure((1, 59), duration.span)
                continue
            if (
                opened
                or (short and not onset_opened)
                or (
                    duration.unit == "hour"
                    and (said or (len(words) <= 6 and not onset_opened and duration.most < 43200))
                )
            ):
                least = max(duration.least, min(_SHORTEST, duration.most))  # "under ten seconds"
                return Figure(
                    neat(*(round(n, 0 if n > _SHORTEST else 3) for n in (least, duration.most))), duration.span
                )
        timed = {place for d in durations for place in range(*d.span) if not d.vague}
        spoken = [
            s for s in self._vague_length.spans(text.words) if s[0] not in timed and not self._ago.at(words, s[1])
        ]
        if spoken and (opened or (len(words) <= 5 and not onset_opened)):
            return Figure(None, spoken[0])
        endless = match.spans("endless_spasm")
        return Figure(None, endless[0]) if endless else None
