"""What an edit of a flow does to patients: who is sent elsewhere, what is said or asked otherwise, and which change did it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from bot.check.answers.ending import Ending, outcome
from bot.check.answers.results import Example
from bot.check.answers.space import Space
from bot.check.counting.counting import bound
from bot.core.conditions.nodes import Named, Node
from bot.core.flow.compiled import Flow
from bot.core.model.files.parts import Level

from .beside import Beside, beside
from .level_pairs import TooMany, pairs


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
    than before; `left_out`: answers that only one version takes (nobody can be compared on them); `words`: changed texts;
    `changes`: what was edited."""

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
    words: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
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
        return {**asdict(self), "lowered": self.lowered, "moved": self.moved}


def _rank(level: str | None) -> int:
    return -1 if level is None else Level(level).rank


def compare(old: Flow, new: Flow, count: bool = True) -> Difference:
    """The difference of two versions. Not `count`: which pairs of levels occur, but not for how many (quicker)."""
    from .formulas import Couple

    changes = tuple(words for _, words in edits(old, new))
    words = tuple(changed_words(old, new))
    if not changes:
        return Difference(old.version, new.version, words=words)
    both = beside(old, new)
    couple = Couple(both)
    limits: list[str] = []
    try:
        found = pairs(both) if count else couple.pairs()
        exact = count
    except TooMany as reason:
        found, exact = couple.pairs(), False
        limits.append(f"not counted, because of {reason}: each number is an upper bound")
    most = max(bound(both.old), bound(both.new))
    moves = tuple(
        Move(p.old, p.new, p.number if exact else most, exact, *_shown(both, p.chosen)) for p in found if p.old != p.new
    )
    added, lost = couple.lines()
    reasons = couple.reasons()
    asked = couple.questions()
    return Difference(
        old.version, new.version,
        tuple(sorted(moves, key=lambda m: (not m.lowered, -_rank(m.old), -_rank(m.new)))),
        sum(p.number for p in found if p.old == p.new) if exact else 0,
        tuple(added), tuple(lost), tuple(reasons[0]), tuple(reasons[1]), tuple(asked[0]), tuple(asked[1]),
        tuple(couple.conflicts()), both.left_out, words, changes, tuple(limits),
    )  # fmt: skip


def _shown(both: Beside, chosen: dict[str, Any]) -> tuple[Example, tuple[str, ...]]:
    """The example as the new version has it, and the changes that are behind it."""
    before, now = _end(both.old, chosen), _end(both.new, chosen)
    space = both.new
    unusual = tuple(q for q in now.asked if chosen.get(q, space.usual[q]) != space.usual[q])
    answers = {q: space.raw(q, chosen.get(q, space.usual[q])) for q in now.asked}
    example = Example(answers, unusual, now.level and now.level.value, tuple(r.rule.rule for r in now.fired))
    return example, tuple(_responsible(both, before, now))


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


def _responsible(both: Beside, before: Ending, now: Ending) -> Iterator[str]:
    """The edits without which this example would not differ, as far as they can be told from what fired and was asked."""
    old, new = both.old.flow, both.new.flow
    fired = {r.rule.rule: r.rank for r in before.fired}, {r.rule.rule: r.rank for r in now.fired}
    moved = {n for n in {*fired[0], *fired[1]} if fired[0].get(n) != fired[1].get(n)}
    names = {f"rule {n}" for n in moved}
    for name in moved:
        for flow in (old, new):
            if name in flow.rules_by_id:
                names |= {f"define {d}" for d in _named_in(flow.rules_by_id[name].node)}
    asked = {q for q in {*before.asked, *now.asked} if (q in before.asked) != (q in now.asked)}
    names |= {f"question {q}" for q in asked}
    known = list(edits(old, new))
    told = [words for what, words in known if what in names]
    yield from told or [words for what, words in known if what.split()[0] in ("rule", "define", "question")]


def _named_in(node: Node) -> Iterator[str]:
    if isinstance(node, Named):
        yield node.name
        yield from _named_in(node.part)
    elif hasattr(node, "parts"):
        for part in node.parts:
            yield from _named_in(part)
    elif hasattr(node, "part"):
        yield from _named_in(node.part)


# --- what was edited --------------------------------------------------------------------------------------------------


def edits(old: Flow, new: Flow) -> Iterator[tuple[str, str]]:
    """(what, words) for everything edited in the files that decide, e.g. ("rule fever", "triage.yaml:31 ...")."""
    for what, before, now in (
        ("question", _questions(old), _questions(new)),
        ("define", dict(old.triage.define), dict(new.triage.define)),
        ("rule", _dumped(old.triage.rules, "rule"), _dumped(new.triage.rules, "rule")),
        ("line", _dumped(old.advice.lines, "line"), _dumped(new.advice.lines, "line")),
        ("property", _dumped(old.safety.properties, "property"), _dumped(new.safety.properties, "property")),
        ("conflict", _dumped(old.interview.conflicts, "conflict"), _dumped(new.interview.conflicts, "conflict")),
        ("fact", _dumped(old.interview.shorthand, "fact"), _dumped(new.interview.shorthand, "fact")),
        ("country", _dumped(old.countries.values(), "country"), _dumped(new.countries.values(), "country")),
        ("topic", _topics(old), _topics(new)),
        ("setting", _settings(old), _settings(new)),
    ):
        for name in dict.fromkeys([*before, *now]):
            if before.get(name) != now.get(name):
                yield f"{what} {name}", _edit_words(old, new, what, name, before.get(name), now.get(name))
    if list(_questions(old)) != list(_questions(new)) and sorted(_questions(old)) == sorted(_questions(new)):
        yield "question order", "interview.yaml  the questions stand in another order"


def _questions(flow: Flow) -> dict[str, Any]:
    return _dumped(flow.interview.questions, "ask")


def _topics(flow: Flow) -> dict[str, Any]:
    return _dumped((t.topic for t in flow.topics.values()), "topic")


def _settings(flow: Flow) -> dict[str, Any]:
    return {
        "longest": flow.interview.longest, "emergency_signs": flow.interview.emergency_signs,
        "recheck": {str(k): v for k, v in flow.advice.recheck.items()},
        "recheck_first": {str(k): v for k, v in flow.advice.recheck_first.items()},
        "recheck_by_way": dict(flow.advice.recheck_by_way),
        "ways": list(flow.advice.ways),
        "audiences": [a.model_dump(mode="json") for a in flow.interview.audiences],
        "recheck_from": {str(k): v for k, v in flow.advice.recheck_from.items()},
    }  # fmt: skip


def _dumped(entries: Any, key: str) -> dict[str, Any]:
    return {getattr(e, key): e.model_dump(mode="json", by_alias=True) for e in entries}


def _edit_words(old: Flow, new: Flow, what: str, name: str, before: Any, now: Any) -> str:
    place = _place_of(new if now is not None else old, what, name)
    if before is None or now is None:
        return f"{place}  {what} {name} {'added' if before is None else 'deleted'}"
    if isinstance(before, dict) and isinstance(now, dict):
        parts = [f"{k}: {_turned(before.get(k), now.get(k))}" for k in now if before.get(k) != now.get(k)]
        return f"{place}  {what} {name}  {'; '.join(parts)}"
    return f"{place}  {what} {name}  {_turned(before, now)}"


def _turned(before: Any, now: Any) -> str:
    """`old -> new`; of long conditions only the words around what differs."""
    old, new = (str(v).split() if v not in (None, [], "") else ["none"] for v in (before, now))
    if len(old) + len(new) > 24:
        head = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        pairs = zip(old[head:][::-1], new[head:][::-1], strict=False)
        tail = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(old), len(new)) - head)
        old, new = (_cut(words, head, len(words) - tail) for words in (old, new))
    return f"{' '.join(old)} -> {' '.join(new)}"


def _cut(words: list[str], first: int, last: int) -> list[str]:
    start, end = max(0, first - 3), min(len(words), last + 3)
    return [*(["..."] if start else []), *words[start:end], *(["..."] if end < len(words) else [])]


_PLACES = {"line": ("advice.yaml", "lines"), "property": ("safety.yaml", "properties"),
           "conflict": ("interview.yaml", "conflicts"), "fact": ("interview.yaml", "shorthand"),
           "country": ("countries.yaml", "countries"), "topic": ("answers.yaml", "topics")}  # fmt: skip


def _place_of(flow: Flow, what: str, name: str) -> str:
    if what == "question":
        place = flow.question_place(name)
    elif what == "rule":
        place = flow.rule_place(name)
    elif what == "define":
        place = flow.place("triage.yaml", ("define", name))
    elif what in _PLACES:
        file, top = _PLACES[what]
        entries: dict[str, list[Any]] = {
            "line": flow.advice.lines, "property": flow.safety.properties, "conflict": flow.interview.conflicts,
            "fact": flow.interview.shorthand, "country": list(flow.countries.values()),
            "topic": [t.topic for t in flow.topics.values()],
        }  # fmt: skip
        i = [getattr(e, what) for e in entries[what]].index(name)
        place = flow.place(file, (top, i))
    else:
        place = flow.place("advice.yaml" if name.startswith(("recheck", "ways")) else "interview.yaml", (name,))
    return f"{place.file}:{place.line}"


def changed_words(old: Flow, new: Flow) -> Iterator[str]:
    """Texts and claims that differ, by file and key."""
    for lang in dict.fromkeys([*old.texts, *new.texts]):
        before = _leaves(old.texts[lang].model_dump(mode="json")) if lang in old.texts else {}
        now = _leaves(new.texts[lang].model_dump(mode="json")) if lang in new.texts else {}
        for key in dict.fromkeys([*before, *now]):
            if before.get(key) != now.get(key):
                yield f"texts.{lang}.yaml {key}"
    before_claims, now_claims = _dumped(old.evidence.claims, "claim"), _dumped(new.evidence.claims, "claim")
    for name in dict.fromkeys([*before_claims, *now_claims]):
        if before_claims.get(name) != now_claims.get(name):
            yield f"evidence.yaml {name}"


def _leaves(value: Any, path: str = "") -> dict[str, Any]:
    if isinstance(value, dict):
        return {k: v for key, inner in value.items() for k, v in _leaves(inner, f"{path}.{key}".lstrip(".")).items()}
    return {} if value is None else {path: value}
