"""Checks of what is said: claims, levels, ways to get help, words, placeholders. One small function each."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from typing import Any

from bot.core.flow.draft import Draft
from bot.core.flow.yaml_places import Path
from bot.core.model.files.advice import SaidLine
from bot.core.model.files.parts import Level
from bot.core.model.files.texts import QuestionText, Texts, Wording
from bot.core.model.findings import Finding, did_you_mean
from bot.core.model.system_texts import PLACES, SYSTEM

TO_DO = "TODO"
"""How a text begins that somebody has yet to write."""
EMERGENCY_WAYS = ("go", "ambulance", "maternity")
"""Ways of `how:` that the emergency screens know."""
IN_ADVICE = ("date", "time", "version", "recheck", "recheck_first", "answer", "days", "level", "documents")
"""Placeholders that are filled in lines of advice, beside the places."""

_GONE = {
    table: f"Was the {what} deleted by mistake? Put it back into {file}. Only if it is meant to go: delete its words here."
    for table, what, file in (
        ("rules", "rule", "triage.yaml"), ("advice", "line", "advice.yaml"), ("questions", "question", "interview.yaml"),
    )
}  # fmt: skip
"""What to do with words of something that is not there."""


def claims_are_known(draft: Draft) -> Iterator[Finding]:
    """Rules and advice name claims of evidence.yaml; claims name its documents and sources."""
    known = {c.claim for c in draft.evidence.claims}
    for i, rule in enumerate(draft.triage.rules):
        if not rule.because:
            yield draft.finding(
                "triage.yaml", ("rules", i), "FLOW027", f'The rule "{rule.rule}" names no claim.', "Add `because:`."
            )
        for n, claim in enumerate(rule.because):
            if claim not in known:
                yield draft.finding(
                    "triage.yaml", ("rules", i, "because", n), "FLOW027", f'"{claim}" is no claim of evidence.yaml.',
                    did_you_mean(claim, known),
                )  # fmt: skip
    for file, path, line in _lines(draft):
        if not line.claims and not line.plain:
            yield draft.finding(
                file, path, "FLOW027", f'The line "{line.line}" names no claim.',
                "Add `claims:`, or `plain: true` if it is not a clinical sentence.",
            )  # fmt: skip
        for n, claim in enumerate(line.claims):
            if claim not in known:
                yield draft.finding(
                    file, (*path, "claims", n), "FLOW027", f'"{claim}" is no claim of evidence.yaml.',
                    did_you_mean(claim, known),
                )  # fmt: skip
    documents = {d.document for d in draft.evidence.documents}
    sources = {s.source for s in draft.evidence.sources}
    for i, claim_ in enumerate(draft.evidence.claims):
        if claim_.document is not None and claim_.document not in documents:
            yield draft.finding(
                "evidence.yaml", ("claims", i, "document"), "FLOW027", f'"{claim_.document}" is no document here.'
            )
        for n, source in enumerate(claim_.sources):
            if source not in sources and not source.startswith(TO_DO):
                yield draft.finding(
                    "evidence.yaml", ("claims", i, "sources", n), "FLOW027", f'"{source}" is no source here.',
                    did_you_mean(source, sources),
                )  # fmt: skip


def _lines(draft: Draft) -> Iterator[tuple[str, Path, SaidLine]]:
    """Every line that tells something, and where it stands."""
    for i, line in enumerate(draft.advice.lines):
        yield "advice.yaml", ("lines", i), line
    for i, topic in enumerate(draft.topics):
        for n, told in enumerate(topic.lines):
            yield "answers.yaml", ("topics", i, "lines", n), told


def every_level_is_spoken(draft: Draft) -> Iterator[Finding]:
    """Each level has a rule and a line of advice that is always said."""
    for level in Level:
        if not any(r.level is level for r in draft.triage.rules):
            yield draft.finding(
                "triage.yaml", ("rules",), "FLOW028", f"No rule leads to {level}.", "Every level must be reachable."
            )
        if not any(level in x.levels and x.when is None and x.how is None for x in draft.advice.lines):
            yield draft.finding(
                "advice.yaml", ("lines",), "FLOW028", f"No line is always said at {level}.",
                "Add one without `when` and `how`.",
            )  # fmt: skip


def ways_are_known(draft: Draft) -> Iterator[Finding]:
    """`how:` of rules and lines fit each other: a line for a way that no rule takes is never said.

    Below emergency a rule may name a way for which no line of its own stands, if it looks like no slip of the pen.
    """
    said = {(level, x.how) for x in draft.advice.lines for level in x.levels if x.how}
    taken = {(r.level, r.how) for r in draft.triage.rules if r.how}
    for i, rule in enumerate(draft.triage.rules):
        if rule.how is None:
            continue
        emergency = rule.level is Level.emergency
        known = EMERGENCY_WAYS if emergency else sorted(how for level, how in said if level is rule.level)
        near = did_you_mean(rule.how, known)
        if rule.how not in known and (emergency or near):
            yield draft.finding(
                "triage.yaml", ("rules", i, "how"), "FLOW025", f'Nothing is said for the way "{rule.how}" at {rule.level}.',
                near or f"Known there: {', '.join(known)}.",
            )  # fmt: skip
    for i, line in enumerate(draft.advice.lines):
        if line.how is not None and not any((level, line.how) in taken for level in line.levels):
            ways = sorted({h for x, h in taken if x in line.levels})
            yield draft.finding(
                "advice.yaml", ("lines", i, "how"), "FLOW025",
                f'No rule of these levels has the way "{line.how}", so the line is never said.',
                did_you_mean(line.how, ways) or (f"Rules have: {', '.join(ways)}." if ways else "Delete `how:`."),
            )  # fmt: skip


def words_are_there(draft: Draft) -> Iterator[Finding]:
    """Every language has every word, no word too many, and only placeholders that are filled."""
    wanted_questions = {q.ask: set(q.option_ids) for q in draft.interview.questions}
    for lang, texts in draft.texts.items():
        file = f"texts.{lang}.yaml"
        tables: tuple[tuple[str, set[str], set[str]], ...] = (
            ("questions", set(wanted_questions), set(texts.questions)),
            ("rules", {r.rule for r in draft.triage.rules}, set(texts.rules)),
            ("advice", {x.line for x in draft.advice.lines}, set(texts.advice)),
            ("conflicts", {c.conflict for c in draft.interview.conflicts}, set(texts.conflicts)),
            ("levels", {x.value for x in Level}, {x.value for x in texts.levels}),
            ("system", set(SYSTEM), set(texts.system)),
            ("note_parts", {p.part for p in draft.advice.note}, set(texts.note_parts)),
        )
        for table, wanted, had in tables:
            for name in sorted(wanted - had):
                yield draft.finding(
                    file, (table,), "FLOW022", f'No words for "{name}" under {table}.', "Write them.", key=True
                )
            for name in sorted(had - wanted):
                yield draft.finding(
                    file, (table, name), "FLOW023", f'"{name}" under {table} belongs to nothing.',
                    did_you_mean(name, wanted - had) or _GONE.get(table, "Delete it."), key=True,
                )  # fmt: skip
        for audience, wording in texts.audiences.items():
            yield from _of_an_audience(draft, file, audience, wording, tables, wanted_questions)
        for name, words in texts.questions.items():
            options = wanted_questions.get(name)
            if options is None:
                continue
            for option in sorted(options - set(words.options)):
                yield draft.finding(
                    file,
                    ("questions", name),
                    "FLOW022",
                    f'No words for the answer "{option}" of "{name}".',
                    "Write them.",
                    key=True,
                )
            for option in sorted(set(words.options) - options):
                yield draft.finding(
                    file, ("questions", name, "options", option), "FLOW023",
                    f'"{option}" is no answer of "{name}".', did_you_mean(option, options) or "Delete it.", key=True,
                )  # fmt: skip
            yield from _groups_are_named(draft, file, name, words)
        claims = {c.claim for c in draft.evidence.claims}
        for name in sorted(set(texts.claims) - claims):
            yield draft.finding(
                file, ("claims", name), "FLOW023", f'"{name}" is no claim of evidence.yaml.',
                did_you_mean(name, claims) or "Delete it.", key=True,
            )  # fmt: skip
        if "months" in texts.system and texts.system["months"].count(",") != 11:
            yield draft.finding(
                file, ("system", "months"), "FLOW022", "These are not twelve months.", "Write all twelve."
            )


def _groups_are_named(draft: Draft, file: str, name: str, words: QuestionText) -> Iterator[Finding]:
    """A button behind which choices stand has a label, and no other label stands there."""
    groups = {group for q in draft.interview.questions if q.ask == name for group in q.groups}
    for group in sorted(groups - set(words.groups)):
        yield draft.finding(
            file, ("questions", name), "FLOW022", f'No label for the button "{group}" of "{name}".',
            "Write it under `groups`.", key=True,
        )  # fmt: skip
    for group in sorted(set(words.groups) - groups):
        yield draft.finding(
            file, ("questions", name, "groups", group), "FLOW023", f'No choice of "{name}" stands behind "{group}".',
            did_you_mean(group, groups) or "Delete it.", key=True,
        )  # fmt: skip


def _of_an_audience(
    draft: Draft,
    file: str,
    audience: str,
    wording: Wording,
    tables: tuple[tuple[str, set[str], set[str]], ...],
    questions: dict[str, set[str]],
) -> Iterator[Finding]:
    """Words for an audience belong to one of interview.yaml, and stand for words that there are."""
    known = {a.audience for a in draft.interview.audiences}
    path: Path = ("audiences", audience)
    if audience not in known:
        yield draft.finding(
            file, path, "FLOW023", f'"{audience}" is no audience of interview.yaml.',
            did_you_mean(audience, known) or "Delete it.", key=True,
        )  # fmt: skip
    for table, wanted, _ in tables:
        for name in sorted(set(map(str, getattr(wording, table, ()))) - wanted):
            yield draft.finding(
                file, (*path, table, name), "FLOW023", f'"{name}" under {table} belongs to nothing.',
                did_you_mean(name, wanted) or "Delete it.", key=True,
            )  # fmt: skip
    for name, words in wording.questions.items():
        options = questions.get(name, set())
        for option in sorted(set(words.options) - options):
            yield draft.finding(
                file, (*path, "questions", name, "options", option), "FLOW023",
                f'"{option}" is no answer of "{name}".', did_you_mean(option, options) or "Delete it.", key=True,
            )  # fmt: skip


def placeholders_are_filled(draft: Draft) -> Iterator[Finding]:
    """Words in braces are those that the bot fills in there, and nothing else stands in braces."""
    for lang, texts in draft.texts.items():
        file = f"texts.{lang}.yaml"
        parts: list[tuple[Path, Texts | Wording]] = [((), texts)]
        parts += [(("audiences", name), wording) for name, wording in texts.audiences.items()]
        for above, part in parts:
            for table, entries in (("system", part.system), ("advice", part.advice)):
                for name, words in entries.items():
                    allowed = {*PLACES, *(SYSTEM.get(name, ()) if table == "system" else IN_ADVICE)}
                    yield from _placeholders(draft, file, (*above, table, name), words, allowed)
            if isinstance(part, Texts):
                for topic, told in part.topics.items():
                    for name, words in told.lines.items():
                        yield from _placeholders(draft, file, ("topics", topic, "lines", name), words, set(PLACES))
            for path, words in _plain_texts(part):
                if path[0] == "questions" and path[2:] == ("help",):
                    yield from _placeholders(draft, file, (*above, *path), words, set(PLACES))
                    continue
                for name in re.findall(r"\{(\w+)\}", words):
                    yield draft.finding(
                        file, (*above, *path), "FLOW024", f'"{{{name}}}" is not filled in here.',
                        "Only `system`, `advice`, the lines of `topics` and the `help` of questions are filled in.",
                    )  # fmt: skip


def _placeholders(draft: Draft, file: str, path: Path, words: str, allowed: set[str]) -> Iterator[Finding]:
    try:
        parts = [(name, spec, conversion) for _, name, spec, conversion in string.Formatter().parse(words)]
    except ValueError:
        yield draft.finding(
            file, path, "FLOW024", "A brace { or } stands alone.", "Close it, or write it twice if it is text: {{ }}."
        )
        return
    for name, spec, conversion in parts:
        if name is not None and (name not in allowed or spec or conversion):
            known = ", ".join(sorted("{" + a + "}" for a in allowed))
            yield draft.finding(
                file, path, "FLOW024", f'"{{{name}}}" is not filled in here.', f"Filled in here: {known}."
            )


def _plain_texts(texts: Texts | Wording) -> Iterator[tuple[Path, str]]:
    """All words that are shown as they are, with their paths."""
    for table in ("questions", "levels", "rules", "sections", "conflicts", "claims"):
        if hasattr(texts, table):
            yield from _strings((table,), texts.model_dump(mode="json", include={table})[table])


def _strings(path: Path, value: Any) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings((*path, key), inner)
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from _strings((*path, n), inner)


def nothing_is_left_to_do(draft: Draft) -> Iterator[Finding]:
    """TODO lines that `symptom-bot add` left are done before patients see the flow."""
    for file, loaded in draft.loaded.items():
        yield from _todos(draft, file, (), loaded.value)


def _todos(draft: Draft, file: str, path: Path, value: Any) -> Iterator[Finding]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _todos(draft, file, (*path, key), inner)
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from _todos(draft, file, (*path, n), inner)
    elif isinstance(value, str) and value.startswith(TO_DO):
        what = value.removeprefix(TO_DO).lstrip(": ") or "this"
        end = "" if what[-1] in ".!?" else "."
        yield draft.finding(file, path, "FLOW029", f"Still to do: {what}{end}", "Write it.")
