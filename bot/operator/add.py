"""`symptom-bot add`: a question, an option, a red flag, a rule, a line of advice or a language, in every file concerned.

What a person must decide is left as a text that begins with TODO; `symptom-bot check` lists those lines, and no flow with
one is shown to patients.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.core.model.files.parts import Kind, Level

from .changes import Change, FolderEdit, checked_name, refused
from .parts import (
    behind_last,
    claims_for,
    index_of,
    insert_hazard,
    insert_option,
    insert_property,
    insert_rule,
    must_be_free,
    must_be_new,
    names_of,
    put_words,
    way_asked_for,
    ways_of,
    words_of_option,
)
from .yaml_text import CannotEdit, as_yaml

LISTS = (Kind.one, Kind.many)


def or_refused(make: Callable[[], FolderEdit]) -> FolderEdit:
    """The outcome of a change, also of one that was not made."""
    try:
        return make()
    except CannotEdit as error:
        return refused(error)


def add_question(
    folder: Path,
    name: str,
    kind: Kind,
    *,
    after: str | None = None,
    before: str | None = None,
    options: Sequence[str] = (),
    when: str | None = None,
    usual: str | None = None,
    describes: bool = False,
) -> FolderEdit:
    """A question with its words in every language. It stands behind `after`, before `before`, or last of its sort."""

    def make() -> FolderEdit:
        change = Change(folder)
        sheet = change.sheet("interview.yaml")
        entry = _question(checked_name(name), kind, tuple(options), when, usual, describes)
        must_be_new(sheet, [name, *options, *filter(None, [entry.get("none")])])
        asked = names_of(sheet, "questions", "ask")
        index = index_of(asked, after, before, "question")
        if index is None:
            index = len(asked)
            while not describes and index > 0 and sheet.at(("questions", index - 1, "describes")):
                index -= 1
        sheet.insert(("questions",), index, entry)
        for file in change.languages:
            words: dict[str, Any] = {
                "text": "TODO the question as asked",
                "short": "TODO its name in the review, one word or two",
                "why": "TODO why it is asked, in one plain sentence",
            }
            texts = change.sheet(file)
            if options:
                words["options"] = {o: words_of_option(texts, {"label": f"TODO the button for {o}"}) for o in options}
            put_words(texts, "questions", name, words, asked[index - 1] if index else None)
        advice = [f"Nothing reads the answer yet: use `{name}` in a rule or a line, or mark it `describes: true`."]
        if kind is Kind.one or kind not in (Kind.many, Kind.yes_no):
            advice.append("To offer Not sure, name what it counts as under `unsure_as:`; else write `unsure: false`.")
        near = _neighbour(after, before, asked, index)
        guard = near and next(q.get("when") for q in sheet.at(("questions",)) if q.get("ask") == near)
        proposed = (
            [
                f'"{near}" beside it is asked only `when: {guard}`. If this concerns nobody else, write the same `when:` here.'
            ]
            if guard and not when
            else []
        )
        return change.write(f'Added the question "{name}".', (*proposed, *advice[describes:]))

    return or_refused(make)


def _neighbour(after: str | None, before: str | None, asked: Sequence[str], index: int) -> str | None:
    """The question that a new one was put beside: the one named, else the one before it."""
    return after or before or (asked[index - 1] if index else None)


def _question(
    name: str, kind: Kind, options: tuple[str, ...], when: str | None, usual: str | None, describes: bool
) -> dict[str, Any]:
    if kind in LISTS and not options:
        raise CannotEdit(f"A question of kind {kind} needs options: add `--option NAME` once for each.")
    if kind not in LISTS and options:
        raise CannotEdit(f"A question of kind {kind} takes no options.")
    entry: dict[str, Any] = {"ask": name, "kind": kind.value}
    if when:
        entry["when"] = when
    if kind in LISTS:
        entry["options"] = [checked_name(option) for option in options]
    if kind is Kind.many:
        entry["none"] = f"no_{name}"
    if describes:
        entry["describes"] = True
    if usual is not None:
        entry["usual"] = int(usual) if usual.isdecimal() else usual
    elif kind is Kind.yes_no:
        entry["usual"] = "no"
    elif kind is not Kind.many:
        entry["usual"] = "TODO the answer of an uncomplicated patient"
    return entry


def add_option(
    folder: Path,
    name: str,
    question: str,
    *,
    after: str | None = None,
    worry: int | None = None,
    when: str | None = None,
) -> FolderEdit:
    """An option of a question, with its words in every language. `when`: to whom a line of a list is shown."""

    def make() -> FolderEdit:
        change = Change(folder)
        more = {"worry": worry, "when": when}
        entry: Any = {"id": checked_name(name)} | {key: value for key, value in more.items() if value is not None}
        entry = name if len(entry) == 1 else entry
        insert_option(change, question, name, entry, after, {"label": f"TODO the button for {name}"})
        return change.write(
            f'Added the option "{name}" of "{question}".',
            (f"Nothing reads it yet: use `{name}` in a rule or a line of advice.",),
        )

    return or_refused(make)


def add_red_flag(
    folder: Path,
    name: str,
    question: str,
    level: Level,
    *,
    after: str | None = None,
    when: str | None = None,
    how: str | None = None,
    because: Sequence[str] = (),
) -> FolderEdit:
    """A sign on a list: option, rules, claim, safety property, hazard and words. `when`: to whom its line is shown.

    An emergency sign counts when it is ticked and when the patient is not sure. A same-day sign counts as same_day when
    it is ticked and as see_soon when the patient is not sure.
    """

    def make() -> FolderEdit:
        if level not in (Level.emergency, Level.same_day):
            raise CannotEdit(
                "A red flag is of level emergency or same_day; for others use `add option` and `add rule`."
            )
        change = Change(folder)
        way = way_asked_for(change, level, how)
        guard = insert_option(
            change,
            question,
            checked_name(name),
            {"id": name, "sign": level.value} | ({"when": when} if when else {}),
            after,
            {
                "label": "TODO the button, 30 characters at most",
                "text": "TODO the sign in full, as it stands above the buttons",
                "alone": "TODO the plain question that is asked after Not sure",
                "answer": "TODO the sign as in: you said …",
            },
            many=True,
        )
        claims = claims_for(change, name, because)
        sure = name if level is Level.emergency else f"surely {name}"
        insert_rule(change, name, f"{guard}{sure}", level, claims, way)
        advice = []
        if level is Level.same_day:
            ways = ways_of(change, Level.see_soon)
            usual_way = next((w for w, _ in ways.most_common(1)), None)
            insert_rule(change, f"{name}_unsure", f"{guard}{name}", Level.see_soon, claims, usual_way)
            if len(ways) > 1:
                advice.append(
                    f'"{name}_unsure" got `how: {usual_way}`, as most rules of see_soon have; change it if need be.'
                )
        else:
            advice.append("If the last check before the advice should name it, add it to `emergency_signs:`.")
        insert_property(change, name, f"{guard}{sure}", level, claims, way)
        insert_hazard(change, name, level)
        return change.write(f'Added the red flag "{name}" ({level}) to "{question}".', tuple(advice))

    return or_refused(make)


def add_rule(
    folder: Path, name: str, when: str, level: Level, *, because: Sequence[str] = (), how: str | None = None
) -> FolderEdit:
    """A rule behind the others of its level, with its words in every language, and a claim to write if none is named."""

    def make() -> FolderEdit:
        change = Change(folder)
        claims = claims_for(change, checked_name(name), because)
        insert_rule(change, name, when, level, claims, way_asked_for(change, level, how))
        return change.write(f'Added the rule "{name}" -> {level}.')

    return or_refused(make)


def add_line(
    folder: Path,
    name: str,
    section: str,
    levels: Sequence[Level],
    *,
    when: str | None = None,
    claims: Sequence[str] = (),
    plain: bool = False,
) -> FolderEdit:
    """A line of advice behind the others of its section, with its words in every language."""

    def make() -> FolderEdit:
        change = Change(folder)
        sheet = change.sheet("advice.yaml")
        lines = names_of(sheet, "lines", "line")
        must_be_free(name, lines, "line")
        entry: dict[str, Any] = {"line": checked_name(name), "section": section, "levels": [x.value for x in levels]}
        if when:
            entry["when"] = when
        if plain:
            entry["plain"] = True
        else:
            entry["claims"] = claims_for(change, name, claims)
        index = behind_last(sheet, "lines", lambda x: x.get("section") == section)
        sheet.insert(("lines",), index, entry)
        for file in change.languages:
            before = lines[index - 1] if index else None
            put_words(change.sheet(file), "advice", name, "TODO the sentence that is said", before)
        return change.write(f'Added the line "{name}" under {section}.')

    return or_refused(make)


def add_language(folder: Path, language: str, *, own_name: str | None = None, like: str | None = None) -> FolderEdit:
    """The words of the flow in another language: every text is there, as a TODO that shows the first language's words."""

    def make() -> FolderEdit:
        change = Change(folder)
        if not re.fullmatch("[a-z]{2}(-[A-Z]{2})?", language):
            raise CannotEdit(f'"{language}" is no language code: two small letters, e.g. fr, or fr-CA.')
        known = [file.split(".")[1] for file in change.languages]
        source = like or ("en" if "en" in known else (known or [""])[0])
        if source not in known:
            raise CannotEdit(f'There is no language "{source}" to begin from; there is: {", ".join(known) or "none"}.')
        words = change.sheet(f"texts.{source}.yaml").value
        translated = {key: _to_translate(value, source) for key, value in words.items()}
        translated |= {
            "schema": words.get("schema"),
            "language": language,
            "name": own_name or "TODO the language's own name",
        }
        head = (
            f"# Everything a patient reads, in {own_name or language}. Made from texts.{source}.yaml: replace each line that\n"
            "# begins with TODO, and keep the words in braces as they are.\n"
        )
        change.create(f"texts.{language}.yaml", head + as_yaml(translated))
        return change.write(
            f'Added the language "{language}".',
            (
                f"A clinician signs off each language (signoff.yaml). Typed {language} is not understood before somebody "
                "writes its phrases; buttons work at once.",
            ),
        )

    return or_refused(make)


def _to_translate(value: Any, source: str) -> Any:
    if isinstance(value, dict):
        return {k: _to_translate(v, source) for k, v in value.items() if k not in ("says", "none_says")}
    if isinstance(value, list):
        return [_to_translate(v, source) for v in value]
    return f"TODO ({source}) {value}" if isinstance(value, str) else value
