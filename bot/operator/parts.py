"""The parts that additions are made of: each inserts one thing into the files of a change, in its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from bot.core.model.files.parts import Level
from bot.core.model.findings import did_you_mean

from .changes import Change, checked_name
from .yaml_text import CannotEdit, YamlText

PHRASES = "TODO what patients type for it: some short phrases"


def names_of(sheet: YamlText, top: str, key: str) -> list[str]:
    """The names of the entries of a list, `key` being the key of the name."""
    return [str(entry.get(key)) for entry in sheet.at((top,)) or [] if isinstance(entry, dict)]


def must_be_free(name: str, taken: Sequence[str], what: str) -> None:
    """Raises CannotEdit if the name is taken."""
    if name in taken:
        raise CannotEdit(f'There is already a {what} "{name}".')


def must_be_new(sheet: YamlText, names: Sequence[str]) -> None:
    """Questions, options and none-answers share their names."""
    taken: dict[str, str] = {}
    for question in sheet.at(("questions",)) or []:
        taken[str(question.get("ask"))] = "a question"
        taken[str(question.get("none"))] = "a none-answer"
        for option in question.get("options") or []:
            taken[str(option.get("id") if isinstance(option, dict) else option)] = "an option"
    for name in names:
        if name in taken:
            raise CannotEdit(f'There is already {taken[name]} "{name}".')


def index_of(names: Sequence[str], after: str | None, before: str | None, what: str) -> int | None:
    """Where to insert: behind `after` or before `before`; None if neither is given. Raises CannotEdit."""
    wanted = after or before
    if wanted is None:
        return None
    if wanted not in names:
        raise CannotEdit(f'There is no {what} "{wanted}". {did_you_mean(wanted, names)}'.rstrip())
    return names.index(wanted) + (1 if after else 0)


def behind_last(sheet: YamlText, top: str, fits: Callable[[dict[str, Any]], bool]) -> int:
    """The index behind the last entry that fits, or behind all."""
    entries = sheet.at((top,)) or []
    return max((i + 1 for i, x in enumerate(entries) if isinstance(x, dict) and fits(x)), default=len(entries))


def put_words(sheet: YamlText, table: str, name: str, words: Any, after: str | None) -> None:
    """Words of something new, behind those of `after`. Raises CannotEdit if it has words already."""
    there = sheet.at((table,)) or {}
    if name in there:
        raise CannotEdit(f'{sheet.name} has already words for "{name}" under {table}.')
    sheet.put((table,), name, words, after if after in there else None)


def words_of_option(sheet: YamlText, words: dict[str, Any]) -> Any:
    """Words of a new option as they stand in a language: with phrases to write where other options have theirs."""
    questions = [q for q in (sheet.at(("questions",)) or {}).values() if isinstance(q, dict)]
    known = [option for q in questions for option in (q.get("options") or {}).values()]
    if any(isinstance(option, dict) and option.get("says") for option in known):
        return words | {"says": [PHRASES]}
    return words["label"] if set(words) == {"label"} else words


def insert_option(
    change: Change,
    question: str,
    name: str,
    entry: Any,
    after: str | None,
    words: dict[str, Any],
    many: bool = False,
) -> str:
    """Insert an option with its words; gives what a condition needs before it: nothing, or the question's own `when`."""
    sheet = change.sheet("interview.yaml")
    questions = names_of(sheet, "questions", "ask")
    i = index_of(questions, None, question, "question") or 0
    asked = sheet.at(("questions", i))
    kind = asked.get("kind")
    if kind not in (("many",) if many else ("one", "many")):
        raise CannotEdit(
            f'"{question}" is of kind {kind}; this needs a question of kind {"many" if many else "one or many"}.'
        )
    must_be_new(sheet, [name])
    options = [str(o.get("id") if isinstance(o, dict) else o) for o in asked.get("options") or []]
    index = index_of(options, after, None, "option")
    index = len(options) if index is None else index
    _must_be_shown_to_all(asked.get("options") or [], index, entry)
    sheet.insert(("questions", i, "options"), index, entry)
    for file in change.languages:
        texts = change.sheet(file)
        there = texts.at(("questions", question, "options")) or {}
        near = options[index - 1] if index else None
        value = words_of_option(texts, words)
        texts.put(("questions", question, "options"), name, value, near if near in there else None)
    when = asked.get("when")
    if not when:
        return ""
    return f"{when} and " if " " not in str(when) else f"({when}) and "


def _must_be_shown_to_all(options: Sequence[Any], index: int, entry: Any) -> None:
    """Lines that not everybody is shown stand last. Raises CannotEdit, with the guard of the line before, for one that would stand
    behind those without a guard of its own."""
    guards = [o.get("when") if isinstance(o, dict) else None for o in options]
    if index == 0 or guards[index - 1] is None or (isinstance(entry, dict) and "when" in entry):
        return
    open_to_all = [
        o.get("id") if isinstance(o, dict) else o for o, guard in zip(options, guards, strict=True) if not guard
    ]
    instead = f", or put it before those lines: `--after {open_to_all[-1]}`" if open_to_all else ""
    raise CannotEdit(
        f"The line before it is shown only to some. If this one concerns nobody else either, take the same guard: "
        f'`--when "{guards[index - 1]}"` (it is heard of everybody all the same){instead}.'
    )


def ways_of(change: Change, level: Level) -> Counter[str | None]:
    """How many rules of this level take which way to get help; None: what is said to everybody is enough."""
    rules = change.sheet("triage.yaml").at(("rules",)) or ()
    return Counter(rule.get("how") for rule in rules if rule.get("level") == level.value)


def way_asked_for(change: Change, level: Level, how: str | None) -> str | None:
    """The way to get help of a new rule: the one given, or the only one that there is. Raises CannotEdit where a person must
    choose."""
    known = ways_of(change, level)
    ways = [way for way, _ in known.most_common() if way]
    if how:
        return how
    if level is not Level.emergency and (None in known or not ways):
        return None
    if len(ways) < 2:
        return next(iter(ways), "go")
    raise CannotEdit(
        f"Rules of level {level} get help in different ways here, so say which: "
        f"{' or '.join(f'`--how {way}`' for way in ways)}. What is said for each stands in advice.yaml."
    )


def insert_rule(change: Change, name: str, when: str, level: Level, claims: Sequence[str], how: str | None) -> None:
    """A rule behind the others of its level, with its words."""
    sheet = change.sheet("triage.yaml")
    rules = names_of(sheet, "rules", "rule")
    must_be_free(name, rules, "rule")
    entry: dict[str, Any] = {"rule": name, "when": when, "level": level.value}
    if how:
        entry["how"] = how
    entry["because"] = list(claims)
    index = behind_last(sheet, "rules", lambda rule: rule.get("level") == level.value)
    sheet.insert(("rules",), index, entry)
    for file in change.languages:
        reason = "TODO why this level, as the patient reads it"
        put_words(change.sheet(file), "rules", name, reason, rules[index - 1] if index else None)


def claims_for(change: Change, name: str, because: Sequence[str]) -> list[str]:
    """The claims named, or a new one to be written."""
    sheet = change.sheet("evidence.yaml")
    known = names_of(sheet, "claims", "claim")
    for claim in because:
        if claim not in known:
            raise CannotEdit(f'There is no claim "{claim}" in evidence.yaml. {did_you_mean(claim, known)}'.rstrip())
    if because:
        return list(because)
    claim = checked_name(f"g_{name}"[:48])
    if claim not in known:
        sheet.insert(
            ("claims",),
            len(known),
            {
                "claim": claim,
                "says": "TODO the fact behind it, in our own words",
                "sources": ["TODO a source from above"],
            },
        )
    return [claim]


def insert_property(change: Change, name: str, when: str, level: Level, claims: Sequence[str], how: str | None) -> None:
    """A safety property behind the others of its level, if the flow has any; it guards the way to get help where others do."""
    if not change.has("safety.yaml"):
        return
    sheet = change.sheet("safety.yaml")
    new = f"{name}_is_{level}"[:48]
    must_be_free(new, names_of(sheet, "properties", "property"), "property")
    guarded = {
        w for p in sheet.at(("properties",)) or () if p.get("at_least") == level.value for w in p.get("how") or ()
    }
    entry: dict[str, Any] = {"property": new, "when": when, "at_least": level.value}
    if how in guarded:
        entry["how"] = [how]
    entry |= {"because": "TODO why it must never be less", "sources": list(claims)}
    sheet.insert(("properties",), behind_last(sheet, "properties", lambda p: p.get("at_least") == level.value), entry)


def insert_hazard(change: Change, name: str, level: Level) -> None:
    """A hazard with its control, if the flow has any."""
    if not change.has("hazards.yaml"):
        return
    sheet = change.sheet("hazards.yaml")
    new = f"missed_{name}"[:48]
    must_be_free(new, names_of(sheet, "hazards", "hazard"), "hazard")
    shown = [f"rule:{name}"]
    if change.has("safety.yaml"):
        shown.insert(0, f"property:{name}_is_{level}"[:57])
    entry = {
        "hazard": new,
        "harm": "TODO what happens to a patient in whom it is missed",
        "severity": "severe" if level is Level.emergency else "serious",
        "causes": ["TODO how it could be missed"],
        "controls": [{"control": "TODO what stands against it", "shown_by": shown}],
    }
    sheet.insert(("hazards",), len(sheet.at(("hazards",)) or []), entry)
