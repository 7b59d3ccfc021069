"""Puts the bot's new wording into scripts that fail by their wording alone, and changes nothing else in their files.

Rewritten are the words of a line `bot:` (`says`, or a sentence) and the labels among its `buttons`, in the line itself or in
the row of its table. Never rewritten are a level, a rule, a screen, an answer, what must not be said, or the name of a text.
What is rewritten is kept only if the case then passes from its first line to its last, level and all, and every other case
of the file comes out as before.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.core.flow.yaml_places import KEY, Loaded
from bot.core.flow.yaml_places import Path as YamlPath
from bot.core.model.findings import Place
from bot.operator.yaml_text import CannotEdit, YamlText
from bot.replay.playing.outcome import Deviation, Played
from bot.replay.playing.run import run_all
from bot.replay.playing.ways import MemoryWay
from bot.replay.script.flows import FlowFolders
from bot.replay.script.names import templates
from bot.replay.script.reading import Scripts, read_text
from bot.replay.script.tables import NAME

NEAREST = 0.6
"""How alike old and new words must be, from 0 to 1; what is less alike is another sentence, and a person's to judge."""
MOST_LINES = 50
"""Wordings of one case; more is no rewording."""


@dataclass(frozen=True, slots=True)
class Rewording:
    """What was changed, and where."""

    place: Place
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class NotReworded:
    """A case that is left as it was, and why."""

    title: str
    place: Place
    why: str


@dataclass(frozen=True, slots=True)
class RewordedScript:
    """What came of one script file. `text`: what it says now, not written yet."""

    file: Path
    text: str
    changes: tuple[Rewording, ...]
    refused: tuple[NotReworded, ...]


class _Refused(Exception):
    """A case cannot be reworded; the message says why."""


def reworded(file: Path, flows: FlowFolders) -> RewordedScript:
    """The script with the bot's new wording. Raises OSError, UnicodeDecodeError; one with findings is left as it is."""
    text = file.read_bytes().decode("utf-8")
    changes: list[Rewording] = []
    refused: list[NotReworded] = []
    outcomes = _played(text, file, flows)
    for number, outcome in enumerate(outcomes or []):
        if outcome.passed:
            continue
        try:
            trial, made = _reworded_case(text, file, flows, number)
            if any(
                was.passed and not now.passed for was, now in zip(outcomes or [], _all(trial, file, flows), strict=True)
            ):
                raise _Refused("With the new words, another case of this script fails.")
        except (_Refused, CannotEdit) as why:
            refused.append(NotReworded(outcome.case.title, outcome.deviations[0].place, str(why)))
            continue
        text = trial
        changes.extend(made)
    return RewordedScript(file, text, tuple(changes), tuple(refused))


def _reworded_case(text: str, file: Path, flows: FlowFolders, number: int) -> tuple[str, list[Rewording]]:
    made: list[Rewording] = []
    for _ in range(MOST_LINES):
        found = _read(text, file, flows)
        outcome = next(run_all(Scripts([found.cases[number]], [], found.flows), [MemoryWay()]))
        if outcome.passed:
            return text, made
        deviation = outcome.deviations[0]
        if deviation.other is None:
            level = any(d.expected.startswith("level ") for d in outcome.deviations)
            what = "The level is another, which no tool rewrites" if level else "More than the wording is another"
            raise _Refused(f"{what}: expected {deviation.expected}, came {deviation.came}")
        if deviation.used is not None:
            raise _Refused("The words stand in a fragment, which other scripts use: reword it there by hand.")
        text, rewording = _one(text, file, outcome, deviation, number)
        made.append(rewording)
    raise _Refused("Its wording cannot be mended line by line.")


def _one(text: str, file: Path, outcome: Played, deviation: Deviation, number: int) -> tuple[str, Rewording]:
    """The first words of this line that are not said, or label that is not there, put right."""
    other = deviation.other
    assert other is not None
    edited = YamlText(str(file), text)
    missing = [*other.unsaid, *other.unlabelled]
    for path in _texts_of(edited, file, text, deviation.place, number):
        old = str(edited.at(path))
        if old not in missing:
            continue
        new = (
            _nearest_label(old, outcome, other.labels)
            if old in other.unlabelled
            else _nearest(old, outcome, other.text)
        )
        edited.reword(path, new)
        return edited.text, Rewording(Loaded(str(file), text).place(path), old, new)
    raise _Refused(f'"{missing[0] if missing else ""}" does not stand in this script by itself: reword it by hand.')


def _texts_of(edited: YamlText, file: Path, text: str, place: Place, number: int) -> Iterator[YamlPath]:
    """The paths of every text in the line `bot:` at this place, or in the row of the table that a `$name` there stands for."""
    places = Loaded(str(file), text).places
    line = next((p for p, at in places.items() if at == place and p[:1] == ("chat",) and p[-1] == "bot"), None)
    for path in _leaves(edited, line) if line is not None else ():
        name = NAME.fullmatch(str(edited.at(path)))
        if name is None:
            yield path
            continue
        columns = isinstance(edited.at(("cases",)), dict)
        row: YamlPath = ("cases", name[1], number) if columns else ("cases", number, name[1])
        yield from _leaves(edited, row)


def _leaves(edited: YamlText, path: YamlPath) -> Iterator[YamlPath]:
    value = edited.at(path)
    inner: dict[Any, Any] = (
        dict(enumerate(value)) if isinstance(value, list) else value if isinstance(value, dict) else {}
    )
    for key in inner:
        if key != KEY and key != "not_said":
            yield from _leaves(edited, (*path, key))
    if value is not None and not isinstance(value, dict | list):
        yield path


def _nearest(old: str, outcome: Played, text: str) -> str:
    """The words of a message that are most like the old ones."""
    if any(templates(h.flow, outcome.case.lang, old) for h in outcome.handled[-1:]):
        raise _Refused(
            f"{old} is the name of a text that is not said here: whether another may be said is yours to judge."
        )
    words, count = text.replace("\u2713", " ").split(), len(old.split())
    spans = (words[at : at + n] for n in range(max(1, count - 2), count + 4) for at in range(len(words) - n + 1))
    return _most_alike(old, [" ".join(span) for span in spans])


def _nearest_label(old: str, outcome: Played, labels: tuple[str, ...]) -> str:
    if any(old in h.flow.option_home for h in outcome.handled[-1:]):
        raise _Refused(f"The option {old} is not offered here: that is more than a label.")
    return _most_alike(old, [label.lstrip("\u2713 ") for label in labels])


def _most_alike(old: str, candidates: list[str]) -> str:
    likeness = difflib.SequenceMatcher(b=old.casefold(), autojunk=False)
    best, found = 0.0, ""
    for candidate in candidates:
        likeness.set_seq1(candidate.casefold())
        if likeness.quick_ratio() > best and likeness.ratio() > best:
            best, found = likeness.ratio(), candidate
    if best < NEAREST:
        raise _Refused(f'Nothing that is said there is like "{old}": reword it by hand.')
    return found


def _read(text: str, file: Path, flows: FlowFolders) -> Scripts:
    found = Scripts()
    read_text(text, file, flows, found)
    if found.findings:
        raise _Refused(f"With the new words it cannot be read: {found.findings[0]}")
    return found


def _all(text: str, file: Path, flows: FlowFolders) -> list[Played]:
    return list(run_all(_read(text, file, flows), [MemoryWay()]))


def _played(text: str, file: Path, flows: FlowFolders) -> list[Played] | None:
    """What its cases come to as they are; None if it cannot be read."""
    try:
        return _all(text, file, flows)
    except _Refused:
        return None
