"""What was edited in the files that decide, entry by entry, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.core.flow.compiled import Flow

_NOTHING: tuple[Any, ...] = (None, [], {}, "")
_NAMED_BY = ("id", "rule", "line", "control", "part", "shown", "group")
_ELSEWHERE = {
    "interview.yaml": frozenset({"schema", "questions", "conflicts", "shorthand"}),
    "advice.yaml": frozenset({"schema", "lines"}),
}
"""File -> keys whose entries are compared by name."""


def edits(old: Flow, new: Flow) -> Iterator[tuple[str, str]]:
    """(what, words) for everything edited in the files that decide, e.g. ("rule fever", "triage.yaml:31 ...")."""
    before_all, now_all = _entries(old), _entries(new)
    for what in before_all:
        before, now = before_all[what], now_all[what]
        for name in dict.fromkeys([*before, *now]):
            if before.get(name) != now.get(name):
                yield f"{what} {name}", _edit_words(old, new, what, name, before.get(name), now.get(name))
    questions = list(before_all["question"]), list(now_all["question"])
    if questions[0] != questions[1] and sorted(questions[0]) == sorted(questions[1]):
        yield "question order", "interview.yaml  the questions stand in another order"


def _entries(flow: Flow) -> Mapping[str, Mapping[str, Any]]:
    """What kind of entry -> its entries by name."""
    return {
        "question": _dumped(flow.interview.questions, "ask"),
        "define": dict(flow.triage.define),
        "rule": _dumped(flow.triage.rules, "rule"),
        "line": _dumped(flow.advice.lines, "line"),
        "property": _dumped(flow.safety.properties, "property"),
        "words": _dumped(flow.safety.words, "words"),
        "bound": _dumped(flow.safety.settings, "setting"),
        "conflict": _dumped(flow.interview.conflicts, "conflict"),
        "fact": _dumped(flow.interview.shorthand, "fact"),
        "country": _dumped(flow.countries.values(), "country"),
        "topic": _dumped((t.topic for t in flow.topics.values()), "topic"),
        "hazard": _dumped(flow.hazards.hazards, "hazard"),
        "document": _dumped(flow.evidence.documents, "document"),
        "source": _dumped(flow.evidence.sources, "source"),
        "setting": _settings(flow),
    }


def _dumped(entries: Any, key: str) -> dict[str, Any]:
    return {getattr(e, key): e.model_dump(mode="json", by_alias=True) for e in entries}


def _settings(flow: Flow) -> dict[str, Any]:
    """Whatever else stands in the files: "advice.yaml recheck" -> its value."""
    found: dict[str, Any] = {}
    for file, model in (("interview.yaml", flow.interview), ("advice.yaml", flow.advice)):
        dumped = model.model_dump(mode="json", by_alias=True)
        found |= {f"{file} {key}": value for key, value in dumped.items() if key not in _ELSEWHERE[file]}
    return found


def _edit_words(old: Flow, new: Flow, what: str, name: str, before: Any, now: Any) -> str:
    place = _place_of(new if now is not None else old, what, name)
    name = name.rpartition(" ")[2] if what == "setting" else f"{what} {name}"
    if what != "setting" and (before is None or now is None):
        return f"{place}  {name} {'added' if before is None else 'deleted'}"
    return f"{place}  {name}  {'; '.join(differences('', before, now))}"


def differences(name: str, before: Any, now: Any) -> Iterator[str]:
    """What differs of two values, each in a few words: "pain: 5 -> 6", "option fever: deleted"."""
    if before == now:
        return
    if isinstance(before, dict) and isinstance(now, dict):
        for key in dict.fromkeys([*before, *now]):
            yield from differences(f"{name} {key}".strip(), before.get(key), now.get(key))
    elif isinstance(before, list) and isinstance(now, list) and (key := _named_by([*before, *now])):
        olds, news = ({entry[key]: entry for entry in entries} for entries in (before, now))
        for one in dict.fromkeys([*olds, *news]):
            if one not in news or one not in olds:
                yield f"{name} {one}: {'deleted' if one in olds else 'added'}".strip()
            else:
                yield from differences(f"{name} {one}".strip(), olds[one], news[one])
        if list(olds) != list(news) and sorted(olds) == sorted(news):
            yield f"{name}: in another order"
    elif isinstance(before, list) and isinstance(now, list):
        lost, found = ([plain(v) for v in one if v not in other] for one, other in ((before, now), (now, before)))
        parts = [*(["without " + ", ".join(lost)] if lost else []), *(["with " + ", ".join(found)] if found else [])]
        yield f"{name}: {' and '.join(parts) if parts else 'in another order'}".removeprefix(": ")
    else:
        yield f"{name}: {_turned(before, now)}".removeprefix(": ")


def _named_by(entries: list[Any]) -> str | None:
    """The key that names each of these entries."""
    whole = entries and all(isinstance(entry, dict) for entry in entries)
    return next((k for k in _NAMED_BY if whole and all(isinstance(e.get(k), str) for e in entries)), None)


def plain(value: Any) -> str:
    """A value as an operator reads it."""
    if value in _NOTHING and value is not False:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{k} {plain(v)}" for k, v in value.items() if v not in _NOTHING)
    return ", ".join(map(plain, value)) if isinstance(value, list) else str(value)


def _turned(before: Any, now: Any) -> str:
    """`old -> new`; of long conditions only the words around what differs."""
    old, new = plain(before).split(), plain(now).split()
    if len(old) + len(new) > 24:
        head = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        pairs = zip(old[head:][::-1], new[head:][::-1], strict=False)
        tail = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(old), len(new)) - head)
        old, new = (_cut(words, head, len(words) - tail) for words in (old, new))
    return f"{' '.join(old)} -> {' '.join(new)}"


def _cut(words: list[str], first: int, last: int) -> list[str]:
    start, end = max(0, first - 3), min(len(words), last + 3)
    return [*(["..."] if start else []), *words[start:end], *(["..."] if end < len(words) else [])]


_PLACES = {
    "line": ("advice.yaml", "lines"),
    "property": ("safety.yaml", "properties"),
    "words": ("safety.yaml", "words"),
    "bound": ("safety.yaml", "settings"),
    "conflict": ("interview.yaml", "conflicts"),
    "fact": ("interview.yaml", "shorthand"),
    "country": ("countries.yaml", "countries"),
    "topic": ("answers.yaml", "topics"),
    "hazard": ("hazards.yaml", "hazards"),
    "document": ("evidence.yaml", "documents"),
    "source": ("evidence.yaml", "sources"),
}


def _place_of(flow: Flow, what: str, name: str) -> str:
    if what == "question":
        place = flow.question_place(name)
    elif what == "rule":
        place = flow.rule_place(name)
    elif what == "define":
        place = flow.place("triage.yaml", ("define", name))
    elif what in _PLACES:
        file, top = _PLACES[what]
        place = flow.place(file, (top, list(_entries(flow)[what]).index(name)))
    else:
        file, _, key = name.rpartition(" ")
        place = flow.place(file, (key,))
    return f"{place.file}:{place.line}"
