"""Checks without which a flow cannot run: names, options, order, guards, ranges, words, claims. One small function each."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .conditions import Asked, Compare, Node, leaves
from .evaluation import compile_check, unguarded
from .findings import Finding, did_you_mean
from .flow import NUMERIC, Advice, Evidence, Hazards, Interview, Kind, Level, Question, Safety, Signoffs, Texts, Triage
from .quantities import BadQuantity
from .values import BadAnswer, choice_span, read_value
from .words import PLACES, SYSTEM
from .yaml_places import KEY, Loaded

Path = tuple[str | int, ...]


@dataclass
class Draft:
    """A flow on its way from files to `Flow`: models, parsed conditions by (file, path), places."""

    name: str
    interview: Interview
    triage: Triage
    advice: Advice
    evidence: Evidence
    texts: dict[str, Texts]
    safety: Safety
    hazards: Hazards
    signoffs: Signoffs
    loaded: dict[str, Loaded]
    nodes: dict[tuple[str, Path], Node] = field(default_factory=dict)
    defined: dict[str, Node] = field(default_factory=dict)

    def finding(self, file: str, path: Path, code: str, message: str, remedy: str = "", key: bool = False) -> Finding:
        """A finding at the value (or key) of a path."""
        loaded = self.loaded[file]
        place = loaded.places.get((*path, KEY)) if key else None
        return Finding(place or loaded.place(path), code, message, remedy)

    @property
    def questions(self) -> dict[str, Question]:
        """Questions by id (the first, where an id stands twice)."""
        found: dict[str, Question] = {}
        for question in self.interview.questions:
            found.setdefault(question.ask, question)
        return found


def ids_are_unique(draft: Draft) -> Iterator[Finding]:
    """Questions, options, none-answers, rules, lines, claims: each name stands for one thing."""
    seen: dict[str, str] = {}
    for i, q in enumerate(draft.interview.questions):
        entries: list[tuple[str, Path, str]] = [(q.ask, ("questions", i, "ask"), f'the question "{q.ask}"')]
        entries += [(o.id, ("questions", i, "options", n), f'an option of "{q.ask}"') for n, o in enumerate(q.options)]
        if q.none:
            entries.append((q.none, ("questions", i, "none"), f'the none-answer of "{q.ask}"'))
        for name, path, what in entries:
            if name in seen:
                yield draft.finding(
                    "interview.yaml", path, "FLOW020", f'"{name}" is already {seen[name]}.', "Rename one of them."
                )
            else:
                seen[name] = what
    for file, key, names in (
        ("triage.yaml", "rule", [("rules", i, r.rule) for i, r in enumerate(draft.triage.rules)]),
        ("advice.yaml", "line", [("lines", i, x.line) for i, x in enumerate(draft.advice.lines)]),
        ("evidence.yaml", "claim", [("claims", i, c.claim) for i, c in enumerate(draft.evidence.claims)]),
    ):
        met: set[str] = set()
        for top, i, name in names:
            if name in met:
                yield draft.finding(
                    file, (top, i, key), "FLOW020", f'There is already a {key} "{name}".', "Rename one of them."
                )
            met.add(name)


def questions_are_whole(draft: Draft) -> Iterator[Finding]:
    """Each kind has what it needs: options, a none-answer, choices, a valid `usual`."""
    for i, q in enumerate(draft.interview.questions):
        at: Path = ("questions", i)

        def wrong(key: str, message: str, remedy: str = "", at: Path = at) -> Finding:
            return draft.finding("interview.yaml", (*at, key), "FLOW021", message, remedy)

        if q.kind in (Kind.one, Kind.many) and not q.options:
            yield wrong("options", f'"{q.ask}" has no options.', "List at least one under `options:`.")
        if q.kind not in (Kind.one, Kind.many) and q.options:
            yield wrong("options", f'"{q.ask}" is of kind {q.kind} and takes no options.', "Use `choices:`.")
        if q.kind is Kind.many and not q.none:
            yield wrong(
                "kind", f'"{q.ask}" takes several answers but has no answer for "none of these".', "Add `none:`."
            )
        if q.kind is not Kind.many and q.none:
            yield wrong("none", f'"{q.ask}" does not take several answers, so it has no `none:`.', "Delete it.")
        if q.kind not in NUMERIC and q.choices:
            yield wrong("choices", f'"{q.ask}" is not a number and takes no choices.', "Use `options:`.")
        if q.consent and (i > 0 or q.kind is not Kind.one):
            yield wrong("consent", "Only the first question can ask for consent, and its kind is one.")
        if q.unsure_as is not None and q.unsure_as not in q.option_ids:
            yield wrong(
                "unsure_as", f'"{q.unsure_as}" is no option or choice of "{q.ask}".',
                did_you_mean(q.unsure_as, q.option_ids),
            )  # fmt: skip
        for n, option in enumerate(q.options):
            if option.opens is not None and option.opens not in draft.questions:
                path = (*at, "options", n, "opens")
                yield draft.finding(
                    "interview.yaml", path, "FLOW012", f'"{option.opens}" is no question of this flow.',
                    did_you_mean(option.opens, draft.questions),
                )  # fmt: skip
        yield from _choices(draft, q, at)
        if q.usual is None and q.kind is not Kind.many:
            yield wrong("ask", f'"{q.ask}" has no `usual` answer.', "Give the answer of an uncomplicated patient.")
        else:
            try:
                read_value(q, q.usual)
            except (BadAnswer, BadQuantity) as bad:
                yield wrong("usual", f"The usual answer does not fit: {bad}.")


def _choices(draft: Draft, q: Question, at: Path) -> Iterator[Finding]:
    for n, choice in enumerate(q.choices):
        path = (*at, "choices", n)
        try:
            span = choice_span(q, choice)
        except BadQuantity as bad:
            yield draft.finding("interview.yaml", path, "FLOW018", str(bad))
            continue
        if span.low > span.high:
            yield draft.finding("interview.yaml", path, "FLOW021", "The range ends before it begins.", "Swap its ends.")
        for other, answer in choice.also.items():
            try:
                read_value(draft.questions[other], answer)
            except KeyError:
                yield draft.finding(
                    "interview.yaml", (*path, "also", other), "FLOW012", f'"{other}" is no question of this flow.',
                    did_you_mean(other, draft.questions), key=True,
                )  # fmt: skip
            except BadAnswer as bad:
                yield draft.finding("interview.yaml", (*path, "also", other), "FLOW014", f"{bad}.")


def ranges_fit_thresholds(draft: Draft) -> Iterator[Finding]:
    """A ready-made range must not straddle a threshold: nobody could say what follows from it."""
    questions = draft.questions
    compares = {
        (leaf.question, leaf.op, leaf.value): (leaf, key)
        for key, node in draft.nodes.items()
        for leaf in leaves(node)
        if isinstance(leaf, Compare)
    }
    for i, q in enumerate(draft.interview.questions):
        for n, choice in enumerate(q.choices):
            try:
                span = choice_span(q, choice)
            except BadQuantity:
                continue
            for leaf, (file, path) in compares.values():
                if leaf.question != q.ask:
                    continue
                check = compile_check(leaf, questions)
                if check({q.ask: span}) is None:
                    where = draft.loaded[file].place(path)
                    yield draft.finding(
                        "interview.yaml", ("questions", i, "choices", n), "FLOW017",
                        f'The choice "{choice.id}" covers {span.low:g} to {span.high:g}, but {where} compares '
                        f"{q.ask} with {leaf.value:g}.", "Let choices end where conditions do.",
                    )  # fmt: skip


def whens_read_backwards(draft: Draft) -> Iterator[Finding]:
    """A question's `when` reads only what was asked before it."""
    order = {q.ask: i for i, q in enumerate(draft.interview.questions)}
    for (file, path), node in draft.nodes.items():
        if file != "interview.yaml" or path[0] != "questions":
            continue
        i = int(path[1])
        for leaf in leaves(node):
            if order.get(leaf.question, -1) >= i:
                yield Finding(
                    draft.loaded[file].place(path).shifted(leaf.at), "FLOW015",
                    f'"{leaf.question}" is read here before it can have been asked.',
                    f'Move "{draft.interview.questions[i].ask}" behind it, or read something else.',
                )  # fmt: skip


def reads_are_guarded(draft: Draft) -> Iterator[Finding]:
    """An answer that may not have been asked for is read only behind a condition that implies that it was."""
    questions = draft.questions
    whens = {
        draft.interview.questions[int(path[1])].ask: node
        for (file, path), node in draft.nodes.items()
        if file == "interview.yaml" and path[0] == "questions"
    }
    for (file, path), node in draft.nodes.items():
        for leaf in unguarded(node, whens, questions):
            i = next(n for n, q in enumerate(draft.interview.questions) if q.ask == leaf.question)
            guard = draft.interview.questions[i].when
            yield Finding(
                draft.loaded[file].place(path).shifted(leaf.at), "FLOW016",
                f'"{leaf.question}" may not have been asked here.',
                f"Put its own condition before it: `({guard}) and ...`.",
            )  # fmt: skip


def asked_is_for_safety(draft: Draft) -> Iterator[Finding]:
    """`asked(...)` and `answered(...)` belong to safety.yaml: elsewhere they would make the order of questions matter."""
    for (file, path), node in draft.nodes.items():
        if file != "safety.yaml" and any(isinstance(leaf, Asked) for leaf in leaves(node)):
            yield Finding(
                draft.loaded[file].place(path), "FLOW013", "asked(...) and answered(...) are for safety.yaml only.",
                "Read the answer itself.",
            )  # fmt: skip


def shorthand_is_known(draft: Draft) -> Iterator[Finding]:
    """Shorthand facts bring answers and options that exist."""
    options = {o.id for q in draft.interview.questions for o in q.options} | set(draft.questions)
    for i, short in enumerate(draft.interview.shorthand):
        for name, raw in short.answers.items():
            path: Path = ("shorthand", i, "answers", name)
            if name not in draft.questions:
                yield draft.finding(
                    "interview.yaml", path, "FLOW012", f'"{name}" is no question of this flow.',
                    did_you_mean(name, draft.questions), key=True,
                )  # fmt: skip
                continue
            try:
                read_value(draft.questions[name], raw)
            except BadAnswer as bad:
                yield draft.finding("interview.yaml", path, "FLOW014", f"{bad}.")
        for n, fact in enumerate(short.facts):
            if fact not in options:
                yield draft.finding(
                    "interview.yaml", ("shorthand", i, "facts", n), "FLOW014", f'"{fact}" is no option of this flow.',
                    did_you_mean(fact, options),
                )  # fmt: skip
    for i, sign in enumerate(draft.interview.emergency_signs):
        if sign not in options:
            yield draft.finding(
                "interview.yaml", ("emergency_signs", i), "FLOW014", f'"{sign}" is no option of this flow.',
                did_you_mean(sign, options),
            )  # fmt: skip


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
    for i, line in enumerate(draft.advice.lines):
        if not line.claims and not line.plain:
            yield draft.finding(
                "advice.yaml", ("lines", i), "FLOW027", f'The line "{line.line}" names no claim.',
                "Add `claims:`, or `plain: true` if it is not a clinical sentence.",
            )  # fmt: skip
        for n, claim in enumerate(line.claims):
            if claim not in known:
                yield draft.finding(
                    "advice.yaml", ("lines", i, "claims", n), "FLOW027", f'"{claim}" is no claim of evidence.yaml.',
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
            if source not in sources:
                yield draft.finding(
                    "evidence.yaml", ("claims", i, "sources", n), "FLOW027", f'"{source}" is no source here.',
                    did_you_mean(source, sources),
                )  # fmt: skip


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
        )
        for table, wanted, had in tables:
            for name in sorted(wanted - had):
                yield draft.finding(file, (table,), "FLOW022", f'No words for "{name}" under {table}.', "Write them.")
            for name in sorted(had - wanted):
                yield draft.finding(
                    file, (table, name), "FLOW023", f'"{name}" under {table} belongs to nothing.',
                    did_you_mean(name, wanted - had) or "Delete it.", key=True,
                )  # fmt: skip
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
                )
            for option in sorted(set(words.options) - options):
                yield draft.finding(
                    file, ("questions", name, "options", option), "FLOW023",
                    f'"{option}" is no answer of "{name}".', did_you_mean(option, options) or "Delete it.", key=True,
                )  # fmt: skip
        yield from _placeholders(draft, file, texts)
        if "months" in texts.system and texts.system["months"].count(",") != 11:
            yield draft.finding(
                file, ("system", "months"), "FLOW022", "These are not twelve months.", "Write all twelve."
            )


def _placeholders(draft: Draft, file: str, texts: Texts) -> Iterator[Finding]:
    extra = ("date", "time", "version", "signoff", "recheck", "answer", "days", "level", "documents")
    for table, entries in (("system", texts.system), ("advice", texts.advice)):
        for name, words in entries.items():
            allowed = {*PLACES, *(SYSTEM.get(name, ()) if table == "system" else extra)}
            try:
                used = {f for _, f, _, _ in string.Formatter().parse(words) if f is not None}
            except ValueError:
                yield draft.finding(file, (table, name), "FLOW024", "A bracket { or } is left open.", "Close it.")
                continue
            for field_name in sorted(used - allowed):
                yield draft.finding(
                    file, (table, name), "FLOW024", f'"{{{field_name}}}" is not filled in here.',
                    f"Filled in here: {', '.join(sorted('{' + a + '}' for a in allowed))}.",
                )  # fmt: skip


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
    elif isinstance(value, str) and value.startswith("TODO"):
        yield draft.finding(file, path, "FLOW029", f"Still to do: {value[4:].lstrip(': ') or 'this'}.", "Write it.")


CHECKS: tuple[Callable[[Draft], Iterator[Finding]], ...] = (
    ids_are_unique,
    questions_are_whole,
    ranges_fit_thresholds,
    whens_read_backwards,
    reads_are_guarded,
    asked_is_for_safety,
    shorthand_is_known,
    claims_are_known,
    every_level_is_spoken,
    words_are_there,
    nothing_is_left_to_do,
)
"""All of them, in plain sight."""
