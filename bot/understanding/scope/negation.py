"""What a "no" speaks of.

A negation speaks forward, until a word that begins a new statement, and over marks only along a list; or backward, if it
closes the clause ("numbness: none").
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property

from bot.understanding.patterns.spans import Spots, WordSpan, any_between

from .cues import NEGATED, Cues, next_place, together
from .lists import BareLists

_REACH = 9
"""Words between a negation and what it may deny."""

_ROW = 3
"""Things denied one after the other, each with a "no" of its own, that make a row."""

_BETWEEN = 3
"""Words between what is denied and a denial behind it."""


class Negation:
    """The negations of one text."""

    def __init__(self, cues: Cues) -> None:
        self._cues, self._words, self._known = cues, cues.words, cues.known
        self._found: dict[WordSpan, str | None] = {}
        self._complete_ends: dict[WordSpan, int] = {}

    def of(self, span: WordSpan) -> str | None:
        """NEGATED, MAYBE or None: a negation reaches words only directly ("no numbness", "not numb"), never across a complete
        form of denial ("none of these | one foot numb", "nah | wet myself") nor across what connects statements (SEMANTICS 5e)."""
        if span not in self._found:
            self._found[span] = self._of(span)
        return self._found[span]

    def has_own_no(self, span: WordSpan) -> bool:
        """Whether the words begin with a negation of their own, so that one further left says nothing of them."""
        return span[0] in self._begin

    @cached_property
    def _denials(self) -> list[WordSpan]:
        """Negations that speak forward. "Not only", "not sure", "can not" are none."""
        if self._behind:
            return []
        false = self._cues.spots("not_a_negation")
        return [cue for cue in self._cues.spans("negation") if not false.cover(cue)]

    @cached_property
    def _begin(self) -> frozenset[int]:
        return frozenset(cue[0] for cue in self._denials)

    @cached_property
    def _firsts(self) -> list[int]:
        return [cue[0] for cue in self._denials]

    @cached_property
    def _behind(self) -> dict[int, bool]:
        """Places of yes and no (True and False) that stand behind what they answer: "chest pain no numb groin yes"."""
        words, spans = self._words, self._cues.spans
        marks = {s[0]: name == "strict_yes" for name in ("strict_yes", "strict_no") for s in spans(name)}
        said = [place for place, word in enumerate(words) if word.isalnum()]
        plain = len(said) == len(words) and len(marks) > 1 and not any(p + 1 in marks for p in marks)
        plain = plain and self._known.connects.isdisjoint(w for p, w in enumerate(words) if p not in marks)
        return dict(sorted(marks.items())) if plain and said[0] not in marks and said[-1] in marks else {}

    @cached_property
    def _marks(self) -> list[int]:
        return list(self._behind)

    def _of(self, span: WordSpan) -> str | None:
        if self._behind:
            mark = next_place(self._marks, span[1], -1)
            return NEGATED if mark >= 0 and not self._behind[mark] else None
        found: str | None = None
        begin = self._cues.sentence(span[0])[0]
        for number in range(bisect_left(self._firsts, span[0]) - 1, -1, -1):
            cue = self._denials[number]
            self._cues.steps.take()
            if cue[0] < begin:
                break
            if cue[1] > span[0]:
                continue
            if span[0] - cue[1] > _REACH:
                if self._over_marks(cue, span) != NEGATED or not self._direct(cue, span):
                    continue
                return NEGATED
            if self._stopped(cue, span):
                continue
            if not self._direct(cue, span):
                break
            if self._cues.same_clause(cue[0], span[0]):
                return NEGATED
            found = found or self._over_marks(cue, span)
            if found == NEGATED:
                return found
        return NEGATED if self._denied_after(span) else found

    @cached_property
    def _complete(self) -> Spots:
        """Forms that deny all by themselves."""
        found = together(self._cues.spans("say_no"), self._cues.spans("deny_all")).spans
        return Spots(s for s in found if s[1] - s[0] > 1 and self._words[s[1] - 1] not in self._known.leads_on)

    @cached_property
    def _connects(self) -> list[int]:
        return [place for place, word in enumerate(self._words) if word in self._known.connects]

    def _direct(self, cue: WordSpan, span: WordSpan) -> bool:
        """Whether a negation is one of these words, not an answer of its own before them."""
        words, known = self._words, self._known
        if any_between(self._connects, cue[1], span[0]) or words[cue[1]] in known.joining:
            return False
        if self._complete_end(cue) <= span[0]:
            return False
        said, first = words[cue[0]], words[cue[1]]
        if cue[1] - cue[0] > 1:
            return True
        if said in known.answers_alone:
            return False
        if said in known.answers_before:
            return first in known.states
        if said not in known.answers:
            return True
        if first in known.in_a_row and cue[0] in self._row:
            return True
        begins = known.subjects if said in known.before_a_verb else known.begins_statement
        return not (first in begins or self.has_own_no(span) or self._part_of_statement(cue, span))

    @cached_property
    def _row(self) -> frozenset[int]:
        """Places of the "no" of a row that each deny a thing of their own: "no crash. no fainting. no ripping pain"."""
        words = self._words
        row = {cue[0] for cue in self._denials if cue[1] - cue[0] == 1 and cue[1] < len(words)}
        row = {place for place in row if words[place + 1].isalnum() and words[place + 1] not in self._known.answers}
        return frozenset(row if len(row) >= _ROW else ())

    def _complete_end(self, cue: WordSpan) -> int:
        """Where the first complete form ends that begins with a negation and is an answer of its own."""
        if cue not in self._complete_ends:
            words, none = self._words, len(self._words)
            forms = (form for form in self._complete.near(cue, 0) if form[0] <= cue[0] and cue[1] <= form[1] < none)
            ends = (form[1] for form in forms if form[1] > cue[0] and words[form[1]] not in self._known.links)
            self._complete_ends[cue] = min(ends, default=none)
        return self._complete_ends[cue]

    @cached_property
    def _parts(self) -> frozenset[int]:
        return frozenset(self._cues.spots("body_subject").firsts)

    @cached_property
    def _subjects(self) -> list[int]:
        return [place for place, word in enumerate(self._words) if word in self._known.has_subject]

    def _part_of_statement(self, cue: WordSpan, span: WordSpan) -> bool:
        """Whether a statement about a part of the body begins right behind a bare "no": "no leg is weak"."""
        return cue[1] in self._parts and any_between(self._subjects, cue[1], span[1])

    def _stopped(self, cue: WordSpan, span: WordSpan) -> bool:
        """Whether a new statement begins between a negation and `span`, or with `span`."""
        if self._cues.spots("stop").begin_between(cue[1], span[0]):
            return True
        return self._cues.fresh_between("fresh", cue[1] + 1, span[0] + 1)

    @cached_property
    def _lists(self) -> BareLists:
        return BareLists(self._cues)

    def _over_marks(self, cue: WordSpan, span: WordSpan) -> str | None:
        """Over commas a negation reaches along a list of bare things."""
        return None if self._stopped(cue, span) else self._lists.reaches(cue, span)

    def _denied_after(self, span: WordSpan) -> bool:
        """ "numbness: none", "bladder fine": a denial that closes the clause (or the one after a colon)."""
        words, cues = self._words, self._cues
        after = cues.sentence(span[0])[1]
        said, place = 0, span[1]
        for cue in cues.spots("negation_after").between(span[1], after):
            cues.steps.take()
            said += sum(word.isalnum() for word in words[place : cue[0]])
            place = max(place, cue[0])
            if said > _BETWEEN:
                break
            between = words[span[1] : cue[0]]
            if any(word in self._known.connects for word in between) or self._of_its_own(cue, span):
                continue
            if cues.fresh_between("fresh", span[1], cue[0]):
                break
            if words[cue[0]] in self._known.says and self._known.joining & set(between):  # "numb and walking is fine"
                break
            same = cues.same_clause(cue[0], span[1] - 1)
            colon = ":" in between or "?" in between or "-" in between
            if self._closes(cue) and (same or colon) and not cues.spots("stop").begin_between(span[1], cue[0]):
                return True
        if after + 1 < len(words) and words[after] == "?":  # "numbness? no"
            return cues.spots("negation_after").begin_between(after + 1, after + 2)
        return False

    def _closes(self, cue: WordSpan) -> bool:
        """Whether a denial ends its clause."""
        end = cue[1]
        return end >= len(self._words) or not self._cues.same_clause(end, cue[0]) or not self._words[end].isalnum()

    def _of_its_own(self, cue: WordSpan, span: WordSpan) -> bool:
        """Whether a denial behind words is a complete form ("numb none of these", "fainted all good"), or stands behind a
        statement that somebody makes ("I fainted no")."""
        words, known = self._words, self._known
        if (
            words[cue[0]] in known.says and words[cue[0]] not in known.connects
        ):  # "is fine", "feels normal": said of them
            return False
        before = words[cue[0] - 1]
        if any(before in ends for ends in (known.joining, known.answers, known.answers_before, known.answers_alone)):
            return True  # "numb and no", "numb no no"
        if any(span[1] <= form[0] and cue[0] < form[1] for form in self._complete.near(cue, 0) if form[0] < cue[1]):
            return True
        marked = ":" in words[span[1] : cue[0]] or "?" in words[span[1] : cue[0]]
        return not marked and bool(known.has_subject & set(words[span[0] : span[1]]))
