"""What an edit of a flow does to patients: who is sent elsewhere, what is said or asked otherwise, and which change did it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.check.answers.ending import Ending, outcome
from bot.check.answers.results import Example
from bot.check.answers.space import Space
from bot.check.counting.counting import bound
from bot.core.conditions.nodes import defined_in
from bot.core.flow.compiled import Flow
from bot.core.model.files.parts import Level

from .beside import Beside, beside
from .edits import edits
from .level_pairs import TooMany, pairs
from .old_numbers import MovedNumber, moved_numbers
from .words import WordChange, changed_words

Edited = Sequence[tuple[str, str]]
"""What was edited: (what, words)."""


@dataclass(frozen=True)
class Move:
    """Patients who get another level (or, `old` = `new`, the same). `old`, `new`: levels, None = no rule fires.

    `count`: answer combinations; an upper bound where not `exact`. `because`: the changes that did it, with their place.
    """

    old: str | None
    new: str | None
    count: int
    exact: bool
    example: Example
    because: tuple[str, ...]

    @property
    def lowered(self) -> bool:
        """Whether the level is lower than before."""
        return _rank(self.new) < _rank(self.old)


@dataclass(frozen=True)
class Difference:
    """Everything that differs. Pairs are (line or rule, level). `conflicts`: contradictions that are pointed out to others
    than before; `left_out`: answers that only one version takes (nobody can be compared on them); `words`: changed texts, the
    most serious first; `changes`: what was edited; `numbers`: what still says
    the old number of a condition."""

    old: str
    new: str
    moves: tuple[Move, ...] = ()
    same: int = 0
    lines_added: tuple[tuple[str, str], ...] = ()
    lines_lost: tuple[tuple[str, str], ...] = ()
    reasons_added: tuple[tuple[str, str], ...] = ()
    reasons_lost: tuple[tuple[str, str], ...] = ()
    asked_more: tuple[str, ...] = ()
    asked_less: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    words: tuple[WordChange, ...] = ()
    changes: tuple[str, ...] = ()
    numbers: tuple[MovedNumber, ...] = ()
    limits: tuple[str, ...] = ()

    @property
    def lowered(self) -> bool:
        """Whether some patient gets a lower level than before."""
        return any(m.lowered for m in self.moves)

    @property
    def moved(self) -> bool:
        """Whether some patient is told or asked something else (words apart)."""
        return bool(
            self.moves or self.lines_added or self.lines_lost or self.reasons_added or self.reasons_lost
            or self.asked_more or self.asked_less or self.conflicts or self.left_out
        )  # fmt: skip

    @property
    def changed(self) -> bool:
        """Whether anything differs at all."""
        return self.moved or bool(self.words or self.changes)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        numbers = [{**n._asdict(), "still": [s._asdict() for s in n.still]} for n in self.numbers]
        return {**asdict(self), "numbers": numbers, "lowered": self.lowered, "moved": self.moved}


def _rank(level: str | None) -> int:
    return -1 if level is None else Level(level).rank


def compare(old: Flow, new: Flow, count: bool = True) -> Difference:
    """The difference of two versions. Not `count`: which pairs of levels occur, but not for how many (quicker)."""
    from .formulas import Couple

    edited = tuple(edits(old, new))
    changes = tuple(words for _, words in edited)
    words = tuple(changed_words(old, new))
    if not changes:
        return Difference(old.version, new.version, words=words)
    both = beside(old, new)
    couple = Couple(both).only_where_they_part()
    limits: list[str] = []
    try:
        found = pairs(both) if count else couple.pairs()
        exact = count
    except TooMany as reason:
        found, exact = couple.pairs(), False
        limits.append(f"how many patients move was not counted, because of {reason}")
    most = max(bound(both.old), bound(both.new))
    moves = tuple(
        Move(p.old, p.new, p.number if exact else most, exact, *_shown(both, p.chosen, edited))
        for p in found
        if p.old != p.new
    )
    added, lost = couple.lines()
    reasons = couple.reasons()
    asked = couple.questions()
    return Difference(
        old.version, new.version,
        tuple(sorted(moves, key=lambda m: (not m.lowered, -_rank(m.old), -_rank(m.new)))),
        sum(p.number for p in found if p.old == p.new) if exact else 0,
        tuple(added), tuple(lost), tuple(reasons[0]), tuple(reasons[1]), tuple(asked[0]), tuple(asked[1]),
        tuple(couple.conflicts()), both.left_out, words, changes, moved_numbers(old, new), tuple(limits),
    )  # fmt: skip


def _shown(both: Beside, chosen: dict[str, Any], edited: Edited) -> tuple[Example, tuple[str, ...]]:
    """The example as the new version has it, and the changes that are behind it."""
    before, now = _end(both.old, chosen), _end(both.new, chosen)
    space = both.new
    unusual = tuple(q for q in now.asked if chosen.get(q, space.usual[q]) != space.usual[q])
    answers = {q: space.raw(q, chosen.get(q, space.usual[q])) for q in now.asked}
    example = Example(answers, unusual, now.level and now.level.value, tuple(r.rule.rule for r in now.fired))
    return example, tuple(_responsible(both, before, now, edited))


def _end(space: Space, chosen: dict[str, Any]) -> Ending:
    """What comes of the answers; options that this version does not have are left out, questions answered as usual."""
    known: dict[str, Any] = {}
    for question, axis in space.axes.items():
        given = chosen.get(question, space.usual[question])
        if hasattr(given, "yes"):
            options = frozenset(axis.question.option_ids)
            given = given._replace(yes=given.yes & options, not_sure=given.not_sure & options)
        known[question] = given
    return outcome(space, known)


def _responsible(both: Beside, before: Ending, now: Ending, edited: Edited) -> Iterator[str]:
    """The edits without which this example would not differ, as far as they can be told from what fired and was asked."""
    old, new = both.old.flow, both.new.flow
    fired = {r.rule.rule: r.rank for r in before.fired}, {r.rule.rule: r.rank for r in now.fired}
    moved = {n for n in {*fired[0], *fired[1]} if fired[0].get(n) != fired[1].get(n)}
    names = {f"rule {n}" for n in moved}
    for name in moved:
        for flow in (old, new):
            if name in flow.rules_by_id:
                names |= {f"define {d}" for d in defined_in(flow.rules_by_id[name].node)}
    asked = {q for q in {*before.asked, *now.asked} if (q in before.asked) != (q in now.asked)}
    names |= {f"question {q}" for q in asked}
    told = [words for what, words in edited if what in names]
    yield from told or [words for what, words in edited if what.split()[0] in ("rule", "define", "question")]
