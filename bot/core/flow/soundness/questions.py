"""Checks of questions and conditions: names, options, order, guards, ranges. One small function each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.core.conditions.guards import unguarded
from bot.core.conditions.nodes import Asked, leaves
from bot.core.flow.answer_values import BadAnswer, bounds, read_value
from bot.core.flow.draft import Draft
from bot.core.flow.yaml_places import Path
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import NUMERIC, Kind
from bot.core.model.findings import Finding, did_you_mean
from bot.core.model.quantities import BadQuantity, read_quantity

from .twice import met_before
from .words import TO_DO

NAME_ONE = "Name one that is asked, or take this out."


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
        ("evidence.yaml", "document", [("documents", i, d.document) for i, d in enumerate(draft.evidence.documents)]),
        ("evidence.yaml", "source", [("sources", i, x.source) for i, x in enumerate(draft.evidence.sources)]),
        ("safety.yaml", "property", [("properties", i, p.property) for i, p in enumerate(draft.safety.properties)]),
        ("hazards.yaml", "hazard", [("hazards", i, h.hazard) for i, h in enumerate(draft.hazards.hazards)]),
        ("interview.yaml", "conflict", [("conflicts", i, c.conflict) for i, c in enumerate(draft.interview.conflicts)]),
    ):
        for name, _, at in met_before((name, i, (top, i, key)) for top, i, name in names):
            yield draft.finding(file, at, "FLOW020", f'There is already a {key} "{name}".', "Rename one of them.")


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
                    did_you_mean(option.opens, draft.questions) or NAME_ONE,
                )  # fmt: skip
        if q.usual is None and q.kind is not Kind.many:
            yield wrong("ask", f'"{q.ask}" has no `usual` answer.', "Give the answer of an uncomplicated patient.")
        elif not (isinstance(q.usual, str) and q.usual.startswith(TO_DO)):
            try:
                read_value(q, q.usual)
            except (BadAnswer, BadQuantity) as bad:
                yield wrong("usual", f"The usual answer does not fit: {str(bad).rstrip('.')}.")


def typed_answers_fit(draft: Draft) -> Iterator[Finding]:
    """A quantity in typed words answers questions of yes or no only."""
    for i, q in enumerate(draft.interview.questions):
        if q.kind is not Kind.yes_no and q.typed is not None:
            yield draft.finding(
                "interview.yaml", ("questions", i, "typed"), "FLOW021",
                f'"{q.ask}" is of kind {q.kind}; `typed:` answers yes_no.', "Delete it.",
            )  # fmt: skip


def lines_for_some_come_last(draft: Draft) -> Iterator[Finding]:
    """Options with `when:` are the last of a list, so that the numbers of the others stay for whoever is not shown them."""
    for i, q in enumerate(draft.interview.questions):
        some = [n for n, option in enumerate(q.options) if option.when is not None]
        if some and (q.kind is not Kind.many or some != list(range(len(q.options) - len(some), len(q.options)))):
            yield draft.finding(
                "interview.yaml", ("questions", i, "options"), "FLOW021",
                f'"{q.ask}" shows some lines to some people only, and they are not the last of a list.',
                "Move the options with `when:` to the end, so that the numbers of the others stay.",
            )  # fmt: skip


def answer_fits(draft: Draft, path: Path, question: Question, answer: Any) -> Iterator[Finding]:
    """An answer that the question does not take is told."""
    try:
        read_value(question, answer)
    except (BadAnswer, BadQuantity) as bad:
        yield draft.finding("interview.yaml", path, "FLOW014", f"{str(bad).rstrip('.')}.")


def quantities_are_readable(draft: Draft) -> Iterator[Finding]:
    """Numbers and units of limits, choices and dates: `4 weeks`, not `4 wekes`, and units that fit the question."""
    found: list[tuple[str, Path, Kind, Any]] = []
    for i, q in enumerate(draft.interview.questions):
        at: Path = ("questions", i)
        found += [("interview.yaml", (*at, key), q.kind, getattr(q, key)) for key in ("min", "max")]
        found.append(("interview.yaml", (*at, "expires"), Kind.length, q.expires))
        if q.typed is not None:
            unit = Kind.ago if q.typed.what == "ago" else Kind.number
            found += [
                ("interview.yaml", (*at, "typed", key), unit, getattr(q.typed, key)) for key in ("below", "least")
            ]
        for n, choice in enumerate(q.choices):
            for key in ("value", "min", "max"):
                found.append(("interview.yaml", (*at, "choices", n, key), q.kind, getattr(choice, key)))
    for level, quantity in draft.advice.recheck.items():
        found.append(("advice.yaml", ("recheck", level.value), Kind.ago, quantity))
    for level, quantity in draft.advice.recheck_first.items():
        found.append(("advice.yaml", ("recheck_first", level.value), Kind.ago, quantity))
    for way, quantity in draft.advice.recheck_by_way.items():
        found.append(("advice.yaml", ("recheck_by_way", way), Kind.ago, quantity))
    for file, path, kind, value in found:
        if value is None:
            continue
        try:
            read_quantity(kind, value)
        except BadQuantity as bad:
            yield draft.finding(file, path, "FLOW018", str(bad))
    for i, q in enumerate(draft.interview.questions):
        try:
            low, high = bounds(q)
        except BadQuantity:
            continue
        if low > high:
            path = ("questions", i, "min" if q.min is not None else "max")
            yield draft.finding(
                "interview.yaml", path, "FLOW021", f'"{q.ask}" takes nothing: {low:g} to {high:g}.', "Swap the limits."
            )


def rechecks_count_from_a_date(draft: Draft) -> Iterator[Finding]:
    """`recheck_from` names a question about when something began, at a level that has a `recheck`."""
    dated = [name for name, question in draft.questions.items() if question.kind is Kind.ago]
    for level, name in draft.advice.recheck_from.items():
        path: Path = ("recheck_from", level.value)
        if name not in dated:
            yield draft.finding(
                "advice.yaml", path, "FLOW012", f'"{name}" is no question of kind ago of this flow.',
                did_you_mean(name, dated) or "Name one that asks when something began, or take this out.",
            )  # fmt: skip
        elif level not in draft.advice.recheck:
            yield draft.finding(
                "advice.yaml",
                path,
                "FLOW023",
                f"There is no `recheck` at {level.value}.",
                "Add one, or take this out.",
                key=True,
            )


def notes_name_questions(draft: Draft) -> Iterator[Finding]:
    """FLOW012: the note for a clinician names questions that there are."""
    named: list[tuple[Path, str]] = [(("note_line", n), q) for n, q in enumerate(draft.advice.note_line)]
    for i, part in enumerate(draft.advice.note):
        named += [(("note", i, "questions", n), q) for n, q in enumerate(part.questions)]
    for path, name in named:
        if name not in draft.questions:
            message = f'"{name}" is no question of this flow.'
            yield draft.finding(
                "advice.yaml", path, "FLOW012", message, did_you_mean(name, draft.questions) or NAME_ONE
            )


def named_lists_are_lists(draft: Draft) -> Iterator[Finding]:
    """`screens: names` names questions with several answers."""
    lists = [name for name, question in draft.questions.items() if question.kind is Kind.many]
    for i, name in enumerate(draft.interview.screens.names):
        if name not in lists:
            yield draft.finding(
                "interview.yaml", ("screens", "names", i), "FLOW012", f'"{name}" is no question of kind many of this flow.',
                did_you_mean(name, lists) or "Name a list, or take this out.",
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
                    draft.spot(file, path, leaf), "FLOW015",
                    f'"{leaf.question}" is read here before it can have been asked.',
                    f'Move "{draft.interview.questions[i].ask}" behind it, or read something else.',
                )  # fmt: skip


def reads_are_guarded(draft: Draft) -> Iterator[Finding]:
    """An answer that may not have been asked for is read only behind a condition that implies that it was."""
    questions = draft.questions
    whens = {
        draft.interview.questions[int(path[1])].ask: node
        for (file, path), node in draft.nodes.items()
        if file == "interview.yaml" and path[0] == "questions" and len(path) == 3
    }
    for (file, path), node in draft.nodes.items():
        text = draft.conditions[file, path]
        found = [] if text in draft.kept.guarded else unguarded(node, whens, questions)
        if not found:
            draft.kept.guarded.add(text)
        for leaf in found:
            i = next(n for n, q in enumerate(draft.interview.questions) if q.ask == leaf.question)
            guard = draft.interview.questions[i].when
            yield Finding(
                draft.spot(file, path, leaf), "FLOW016",
                f'"{leaf.question}" may not have been asked here.',
                f"Put its own condition before it: `({guard}) and ...`.",
            )  # fmt: skip


def asked_is_for_safety(draft: Draft) -> Iterator[Finding]:
    """`asked(...)` and `answered(...)` belong to safety.yaml: elsewhere they would make the order of questions matter."""
    for (file, path), node in draft.nodes.items():
        if file != "safety.yaml" and any(isinstance(leaf, Asked) for leaf in leaves(node)):
            leaf = next(leaf for leaf in leaves(node) if isinstance(leaf, Asked))
            yield Finding(
                draft.spot(file, path, leaf), "FLOW013", "asked(...) and answered(...) are for safety.yaml only.",
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
                    did_you_mean(name, draft.questions) or NAME_ONE, key=True,
                )  # fmt: skip
                continue
            yield from answer_fits(draft, path, draft.questions[name], raw)
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
