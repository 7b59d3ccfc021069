"""Checks of safety.yaml and hazards.yaml: each rule says something that can be proved, each control is shown by something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.check.answers.conditions_of import property_nodes
from bot.check.answers.from_to import sides_fit
from bot.check.answers.space import Space
from bot.core.flow.compiled import Flow
from bot.core.flow.per_flow import per_flow
from bot.core.model.files.governance import Property, form_of
from bot.core.model.findings import Finding, did_you_mean


def controls_are_shown(flow: Flow) -> Iterator[Finding]:
    """FLOW038, FLOW039: a hazard's control that nothing shows, or that names what does not exist."""
    known = {
        "property": [p.property for p in flow.safety.properties],
        "rule": [r.rule.rule for r in flow.rules],
        "script": None, "test": None, "setting": None,
    }  # fmt: skip
    for i, hazard in enumerate(flow.hazards.hazards):
        for n, control in enumerate(hazard.controls):
            path = ("hazards", i, "controls", n)
            if not control.shown_by:
                yield Finding(
                    flow.place("hazards.yaml", path), "FLOW038",
                    f'Nothing shows that "{control.control}" holds.', "Name a property, rule, script or test.",
                )  # fmt: skip
            for k, shown in enumerate(control.shown_by):
                kind, _, name = shown.partition(":")
                names = known.get(kind, [])
                if kind not in known or not name or (names is not None and name not in names):
                    yield Finding(
                        flow.place("hazards.yaml", (*path, "shown_by", k)), "FLOW039",
                        f'"{shown}" names nothing that exists here.',
                        did_you_mean(name, names or []) or f"It begins with {', '.join(f'{k}:' for k in known)}",
                    )  # fmt: skip


def hazards_are_written_down(flow: Flow) -> Iterator[Finding]:
    """FLOW068: no hazards, though somebody can be sent to hospital or stays at home."""
    if not flow.hazards.hazards:
        yield Finding(
            flow.place("hazards.yaml", ("hazards",)), "FLOW068", "No hazard is written down.",
            "Write down in hazards.yaml what can harm a patient, and what stands against it.",
        )  # fmt: skip


def controls_have_files(flow: Flow, root: Path) -> Iterator[Finding]:
    """FLOW039: a hazard's control that names a script or test which is not there. `root`: the project's folder."""
    for i, hazard in enumerate(flow.hazards.hazards):
        for n, control in enumerate(hazard.controls):
            for k, shown in enumerate(control.shown_by):
                kind, _, name = shown.partition(":")
                file, _, test = name.partition("::")
                if kind in ("script", "test") and not _is_there(root / file, test):
                    yield Finding(
                        flow.place("hazards.yaml", ("hazards", i, "controls", n, "shown_by", k)), "FLOW039",
                        f'"{shown}" names a file or test that is not there.', "Name one that is.",
                    )  # fmt: skip


def _is_there(path: Path, test: str) -> bool:
    if not path.is_file():
        return path.is_dir() and not test
    return not test or f"def {test.partition('[')[0]}(" in path.read_text(encoding="utf-8")


def properties_have_sources(flow: Flow) -> Iterator[Finding]:
    """FLOW027: a safety rule names a claim or a source that evidence.yaml does not have."""
    known = [c.claim for c in flow.evidence.claims] + [s.source for s in flow.evidence.sources]
    for i, prop in enumerate(flow.safety.properties):
        for n, name in enumerate(prop.sources):
            if name not in known:
                yield Finding(
                    flow.place("safety.yaml", ("properties", i, "sources", n)), "FLOW027",
                    f'"{name}" is no claim or source of evidence.yaml.', did_you_mean(name, known),
                )  # fmt: skip


def properties_have_a_form(flow: Flow) -> Iterator[Finding]:
    """FLOW040: a safety rule must have exactly one of the forms, and name questions and lines that exist."""
    space = Space(flow)
    for i, (prop, _, _) in enumerate(property_nodes(flow)):
        if form_of(prop) is None:
            yield Finding(
                flow.place("safety.yaml", ("properties", i)), "FLOW040",
                f'"{prop.property}" says nothing that could be proved.',
                "Write `when:` with `at_least:` (and `how:`), or with `tells:` and `levels:`; or `level:` and `requires:`; or "
                "`compare:` with `from:` and `to:`; or `asked_first:` and `before:`.",
            )  # fmt: skip
            continue
        unknown = tuple(_unknown_names(flow, prop, i))
        yield from unknown
        wrong = None if unknown or form_of(prop) != "compare" else sides_fit(space, prop)
        if wrong is not None:
            yield Finding(
                flow.place("safety.yaml", ("properties", i, "from")), "FLOW014", f"{wrong}.",
                "Use an answer of these questions, or `least`, `any`, `no`, `not_sure`.",
            )  # fmt: skip


def _unknown_names(flow: Flow, prop: Property, number: int) -> Iterator[Finding]:
    for key, n, what, known in names_missing(flow, prop):
        name = getattr(prop, key)[n]
        yield Finding(
            flow.place("safety.yaml", ("properties", number, key, n)), "FLOW012",
            f'"{name}" is no {what} of this flow.', did_you_mean(name, known),
        )  # fmt: skip


def names_missing(flow: Flow, prop: Property) -> Iterator[tuple[str, int, str, Sequence[str]]]:
    """What a safety rule names and the flow does not have: the key, which of its names, what it should be, and what there is."""
    for key, what, known in _nameable(flow):
        for n, name in enumerate(getattr(prop, key)):
            if name not in known:
                yield key, n, what, known


@per_flow
def _nameable(flow: Flow) -> tuple[tuple[str, str, Sequence[str]], ...]:
    """Key of a safety rule, what it names, and what there is."""
    questions = list(flow.questions)
    lines = [line.line.line for line in flow.lines]
    ways = [w for rule in flow.rules if (w := rule.rule.how) is not None]
    return (
        ("compare", "question", questions), ("asked_first", "question", questions), ("before", "question", questions),
        ("tells", "line of advice", lines), ("never_tells", "line of advice", lines),
        ("offers", "line of a list", list(flow.option_home)), ("how", "way to get help", ways),
    )  # fmt: skip
