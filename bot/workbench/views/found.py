"""What the checks of a save came to, in the order in which an operator wants it: what is unsafe, what is wrong, whom it moves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from bot.check.answers.results import Example, Failed
from bot.check.difference.diff import Difference, Move
from bot.check.difference.old_numbers import StillSaid
from bot.check.difference.words import WordChange
from bot.check.report.counterexample import answer_words
from bot.check.report.diff_words import SERIOUS, number_told, told_otherwise
from bot.check.report.report import by_patient
from bot.core.flow.compiled import Flow
from bot.core.model.findings import Finding, Place
from bot.workbench.checking.results import AFTERWARDS, AT_ONCE, MOVED, SAFETY, Checked

STAGES = {
    "structure": "is it whole",
    "safety": "the safety properties, proved for all conversations",
    "moved": "whom the edit moves",
    "whole": "dead questions, rules and lines; counts",
    "screens": "every screen on a phone",
    "walk": "random walks through the bot itself",
}
"""Stage -> what it looks at."""
MOST_WORDS = 200
"""Texts shown side by side."""


class StageRow(NamedTuple):
    """A stage. `state`: done, found (something wrong), running, broken or waiting; `words`: what it says."""

    name: str
    what: str
    state: str
    words: str


class AnswerRow(NamedTuple):
    """An answer of a patient. `other`: of a second one, where it differs."""

    question: str
    answer: str
    other: str = ""


class Failure(NamedTuple):
    """Something that does not hold. `number`: to name it by; `patient`: the answers that show it, those that are not usual;
    `comes_to`: the level and by which rules; `also`: what the same patient shows."""

    number: int
    failed: Failed
    patient: tuple[AnswerRow, ...]
    usual: int
    comes_to: str
    also: tuple[Failed, ...]


class NumberRow(NamedTuple):
    """A number of a rule that moved: where, what it was and is, and what may still say the old one, each with its place."""

    place: Place
    rule: str
    words: str
    still: tuple[tuple[Place, StillSaid], ...]


class MovedRow(NamedTuple):
    """Patients who are told another level. `number`: to name it by."""

    number: int
    move: Move
    patient: tuple[AnswerRow, ...]


Part = tuple[bool, str]


class WordRow(NamedTuple):
    """A text that is another one. `serious`: what makes it so, "" if nothing does; `old`, `new`: its words in parts, each with
    whether it stands in both."""

    change: WordChange
    serious: str
    place: Place
    old: tuple[Part, ...]
    new: tuple[Part, ...]


def stages_of(checked: Checked) -> tuple[StageRow, ...]:
    """All stages, in the order in which they are done."""
    if checked.number == 0:
        return ()
    rows = []
    first = True
    for name in (*AT_ONCE, *AFTERWARDS):
        seconds = checked.seconds.get(name)
        if name in checked.broken:
            rows.append(StageRow(name, STAGES[name], "broken", checked.broken[name]))
        elif seconds is not None:
            bad = checked.wrong_in(name)
            said = f"{bad} finding{'' if bad == 1 else 's'}, {seconds:.2f} s" if bad else f"holds, {seconds:.2f} s"
            rows.append(
                StageRow(name, STAGES[name], "found" if bad else "done", said if name != MOVED else f"{seconds:.2f} s")
            )
        else:
            rows.append(
                StageRow(name, STAGES[name], "running" if first else "waiting", "looking ..." if first else "waits")
            )
            first = False
    return tuple(rows)


def failures_of(flow: Flow, checked: Checked) -> tuple[Failure, ...]:
    """What is not safe, the failures that one patient shows together."""
    proved = checked.proofs
    if proved is None or proved.version != flow.version:
        return ()
    found = []
    for number, (first, *others) in enumerate(by_patient(proved.failed)):
        shown = first.other or first.example
        rows, usual = _patient(flow, first.example, first.other)
        level = "" if shown is None else f"{shown.level or 'no level'} by {', '.join(shown.fired) or 'no rule'}"
        found.append(Failure(number, first, rows, usual, level, tuple(others)))
    return tuple(found)


def example_of_failure(flow: Flow, checked: Checked, number: int) -> Example | None:
    """The patient of a failure."""
    for failure in failures_of(flow, checked):
        if failure.number == number:
            return failure.failed.other or failure.failed.example
    return None


def wrong_of(flow: Flow, checked: Checked) -> tuple[Finding, ...]:
    """Findings that are no matter of safety: structure, what is dead, screens."""
    found = list(checked.structure or ()) if SAFETY not in checked.broken else []
    proved = checked.proofs
    if proved is not None and proved.version == flow.version:
        found += [Finding(f.place, f.code, f.message, f.remedy) for f in proved.failed if not f.safety]
    return (*found, *(() if checked.screens is None else checked.screens.findings))


def moved_of(flow: Flow, found: Difference) -> tuple[MovedRow, ...]:
    """Whom the edit moves, those who are sent lower first."""
    return tuple(MovedRow(n, move, _patient(flow, move.example, None)[0]) for n, move in enumerate(found.moves))


def words_of_edit(found: Difference) -> Iterator[WordRow]:
    """Texts that are others now, the most serious first."""
    for change in found.words[:MOST_WORDS]:
        yield WordRow(change, SERIOUS.get(change.rank, ""), _placed(change.place), *_parts(change.old, change.new))


def _parts(old: str | None, new: str | None) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Both texts word by word, as what stands in both and what does not."""
    before, now = ([] if text is None else re.findall(r"\s*\S+", text) for text in (old, new))
    if not before or not now:
        return tuple((False, words) for words in before), tuple((False, words) for words in now)
    found: tuple[list[Part], list[Part]] = [], []
    for kind, a, b, c, d in SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        for side, words in ((0, before[a:b]), (1, now[c:d])):
            if words:
                found[side].append((kind == "equal", "".join(words)))
    return tuple(found[0]), tuple(found[1])


def numbers_of(flow: Flow, found: Difference) -> tuple[NumberRow, ...]:
    """Numbers of rules that moved, each with what may still say the old one."""
    return tuple(
        NumberRow(_placed(one.place), one.rule, number_told(flow, one), tuple((_placed(s.place), s) for s in one.still))
        for one in found.numbers
        if one.still
    )


def _placed(place: str) -> Place:
    """ "triage.yaml:12" as a place."""
    file, _, line = place.partition(":")
    return Place(file, int(line))


def others_of(found: Difference) -> Iterator[tuple[str, str]]:
    """What else differs, as (what, which)."""
    yield from told_otherwise(found)
    if found.left_out:
        yield "Nobody can be compared on", ", ".join(found.left_out)


def _patient(flow: Flow, example: Example | None, other: Example | None) -> tuple[tuple[AnswerRow, ...], int]:
    """The answers that are not usual, and how many are."""
    if example is None:
        return (), 0
    rows = []
    for name, raw in example.answers.items():
        theirs = None if other is None else other.answers.get(name)
        differs = theirs is not None and theirs != raw
        if name in example.unusual or differs:
            rows.append(
                AnswerRow(name, answer_words(flow, name, raw), answer_words(flow, name, theirs) if differs else "")
            )
    return tuple(rows), len(example.answers) - len(rows)
