"""The difference of two versions as an operator reads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.check.difference.diff import Difference, Move
from bot.check.difference.old_numbers import MovedNumber
from bot.check.difference.words import ADVICE, EMERGENCY, REASON, SIGN, WordChange
from bot.core.conditions.explain import BASE_UNITS
from bot.core.flow.compiled import Flow

from .counterexample import UNPLACED, answer_words, write_script

MOST_WORDS = 60
"""Texts that are shown side by side."""
SERIOUS = {
    EMERGENCY: "in an emergency",
    SIGN: "how a warning sign is asked about",
    ADVICE: "what to do, or when to get help",
    REASON: "why, or what is told when somebody asks",
}
"""Rank of words -> what they are about; others are less serious."""
_LOUD = (EMERGENCY, SIGN)


def difference_lines(old: Flow, new: Flow, found: Difference, build: Path, folder: Path) -> list[str]:
    """The report, most important first; example scripts are written into `build`."""
    if not found.changed:
        return ["Nothing differs."]
    lines: list[str] = []
    if found.moves:
        lines.append(
            f"{_many(len(found.moves), 'kind')} of patient {'gets' if len(found.moves) == 1 else 'get'} another level than before"
        )
        for n, move in enumerate(found.moves, 1):
            title = f"{old.version} to {new.version}: {move.old or 'no level'} becomes {move.new or 'no level'}, example {n}"
            expect = UNPLACED if move.new is None else {"level": move.new}
            path = write_script(new, folder, build, f"diff-{n}", title, move.example, expect)
            lines += _move_lines(new, move, path)
    else:
        lines.append("No patient gets another level than before.")
    lines += [f"{what}: {which}" for what, which in told_otherwise(found)]
    lines += [f"Answer: {words}" for words in found.left_out]
    safety = [c for c in found.changes if c.startswith(("safety.yaml", "hazards.yaml"))]
    if safety:
        lines.append("Safety rules and hazards edited:")
        lines += [f"  {c}" for c in safety]
    edited = [c for c in found.changes if c not in safety]
    if edited:
        lines += ["Edited:", *(f"  {c}" for c in edited)]
    lines += _number_lines(new, found.numbers)
    lines += _word_lines(found.words)
    lines += [f"limit: {limit}" for limit in found.limits]
    return lines


def told_otherwise(found: Difference) -> Iterator[tuple[str, str]]:
    """What differs for patients whose level stays, as (what, which)."""
    for what, entries in (
        ("Said now, at the same level", found.lines_added), ("No longer said, at the same level", found.lines_lost),
        ("A reason now, at the same level", found.reasons_added), ("No longer a reason, at the same level", found.reasons_lost),
    ):  # fmt: skip
        if entries:
            yield what, ", ".join(f"{name} ({level})" for name, level in entries)
    for what, names in (
        ("Asked of more patients", found.asked_more), ("Asked of fewer patients", found.asked_less),
        ("Contradictions pointed out to others than before", found.conflicts),
    ):  # fmt: skip
        if names:
            yield what, ", ".join(names)


def _number_lines(new: Flow, moved: tuple[MovedNumber, ...]) -> Iterator[str]:
    """Beside each rule whose number moved: what still says the old one, for somebody to read."""
    told = [one for one in moved if one.still]
    if told:
        yield "A number moved; these may still say the old one:"
    for one in told:
        yield f"  {one.place}  rule {one.rule}: {number_told(new, one)}"
        yield from (f"      {text.place}  {text.what}: {text.words}" for text in one.still)


def number_told(new: Flow, moved: MovedNumber) -> str:
    """What a number of a rule was, and what it is: "age 50 -> 55 years"."""
    unit = BASE_UNITS.get(new.questions[moved.question].kind, "")
    old, now = (" and ".join(f"{n:g}" for n in numbers) or "none" for numbers in (moved.old, moved.new))
    return f"{moved.question} {old} -> {now} {unit}".rstrip()


def _word_lines(changes: tuple[WordChange, ...]) -> Iterator[str]:
    """Old and new words below each other, the most serious first."""
    if changes:
        yield f"Other words, the most serious first ({_many(len(changes), 'text')}):"
    for change in changes[:MOST_WORDS]:
        about = SERIOUS.get(change.rank, "")
        yield f"  {change.place}  {change.key}   {about.upper() if change.rank in _LOUD else about}".rstrip()
        yield from (
            f"    {sign} {words}" for sign, words in (("-", change.old), ("+", change.new)) if words is not None
        )
    if len(changes) > MOST_WORDS:
        yield f"  and {len(changes) - MOST_WORDS} more, less serious: --json tells all"


def _move_lines(new: Flow, move: Move, path: Path) -> list[str]:
    number = "number not known" if not move.exact else f"{move.count:,}" if move.count < 10**6 else f"{move.count:.1e}"
    example = [f"{q}: {answer_words(new, q, move.example.answers[q])}" for q in move.example.unusual]
    arrow = f"{move.old or 'no level':<10} -> {move.new or 'no level':<10}"
    flag = "LOWERED  " if move.lowered else ""
    return [
        f"  {arrow} {number:>8}  {flag}e.g. {', '.join(example) or 'all answers as usual'}",
        *(f"      because of  {b}" for b in move.because[:4]),
        f"      replay:     symptom-bot replay {path}",
    ]


def _many(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
