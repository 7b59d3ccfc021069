"""A slip in a name that makes findings in many places is told once, where it stands, and nothing suggests spreading it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.core.flow.draft import Draft
from bot.core.flow.yaml_places import Path
from bot.core.model.findings import Finding, did_you_mean

_LACKING = re.compile(r'No words for (?:the answer )?"(\w+)"')
_IN_CONDITIONS = frozenset({"FLOW011", "FLOW012"})
_NAMED = re.compile(r'"(\w+)"')


def told_once(findings: Iterable[Finding], draft: Draft) -> list[Finding]:
    """The findings; those that come of one misspelt name are one, at the name: words and conditions speak of another name, which
    nothing is called, and nothing speaks of this one."""
    left = list(findings)
    for misspelt in [name[1] for f in left if (name := _LACKING.match(f.message))]:
        declared = next(_declared(draft, misspelt), None)
        spare = {name[1] for f in left if f.code == "FLOW023" and (name := _NAMED.match(f.message))}
        meant = _NAMED.search(did_you_mean(misspelt, spare))
        if declared is None or meant is None:
            continue
        about = [f for f in left if {misspelt, meant[1]} & set(_NAMED.findall(f.message))]
        if not any(f.code in _IN_CONDITIONS for f in about):
            continue  # nothing but one text calls it otherwise: the slip is there
        others = sorted({str(f.place) for f in about if f.code != "FLOW022"})
        left = [f for f in left if f not in about]
        left.append(
            draft.finding(
                declared[0], declared[1], "FLOW023", f'Nothing speaks of "{misspelt}"; words and conditions speak of "{meant[1]}".',
                f'If it is a slip, write "{meant[1]}" here. If you renamed it, rename it there too: {", ".join(others)}.',
            )
        )  # fmt: skip
    return left


def _declared(draft: Draft, name: str) -> Iterator[tuple[str, Path]]:
    """Where something of this name is declared: question, option, ready-made answer, rule or line of advice."""
    for i, question in enumerate(draft.interview.questions):
        if question.ask == name:
            yield "interview.yaml", ("questions", i, "ask")
        kept = "options" if question.options else "choices"
        for n, option in enumerate(question.option_ids):
            if option == name:
                yield "interview.yaml", ("questions", i, kept, n)
    for i, rule in enumerate(draft.triage.rules):
        if rule.rule == name:
            yield "triage.yaml", ("rules", i, "rule")
    for i, line in enumerate(draft.advice.lines):
        if line.line == name:
            yield "advice.yaml", ("lines", i, "line")
