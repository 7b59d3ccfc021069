"""Everything that touches a question or a rule: words, rules, claims with where their passages stand, properties, hazards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bot.check.answers.conditions_of import property_nodes, property_place
from bot.core.conditions.explain import explain
from bot.core.conditions.nodes import Node, defined_in, reads
from bot.core.flow.compiled import CompiledRule, Flow
from bot.core.model.files.evidence import Claim
from bot.core.model.files.texts import QuestionText
from bot.core.model.findings import Place


class DetailRow(NamedTuple):
    """`label`: what it is; `text`: its words; `place`: where it stands; `link`: what else it leads to, as (kind, name); `says`: a
    sentence about it."""

    label: str
    text: str
    place: Place | None = None
    link: tuple[str, str] | None = None
    says: str = ""


class DetailSection(NamedTuple):
    """Rows under a heading."""

    heading: str
    rows: tuple[DetailRow, ...]


class Detail(NamedTuple):
    """What is known of one thing. `kind`: question or rule; `title`: its words; `sections`: those without a row are left out."""

    kind: str
    name: str
    title: str
    place: Place
    sections: tuple[DetailSection, ...]


def question_detail(flow: Flow, name: str) -> Detail | None:
    """A question, or None if the flow has none of this name."""
    if name not in flow.questions:
        return None
    texts = next(iter(flow.texts.values())).questions[name]
    asking = next(a for a in flow.asking if a.question.ask == name)
    when = "everybody" if asking.node is None else explain(asking.node, flow.questions)
    rules = [rule for rule in flow.by_rank if name in reads(rule.node)]
    sections = (
        DetailSection("Asked of", (DetailRow("when", when, flow.question_place(name)),)),
        DetailSection("Names in it", tuple(_names(flow, asking.node))),
        DetailSection("Words", tuple(_words(flow, name))),
        DetailSection("What it offers", tuple(_options(flow, name, texts))),
        DetailSection(
            "Rules that read it",
            tuple(
                DetailRow(r.rule.level, r.rule.rule, flow.rule_place(r.rule.rule), ("rule", r.rule.rule)) for r in rules
            ),
        ),
        DetailSection("Decides whether these are asked", tuple(_decides(flow, name))),
        DetailSection("Advice that reads it", tuple(_advice(flow, name))),
        DetailSection("Claims", tuple(_claims(flow, rules))),
        DetailSection("Properties", tuple(_properties(flow, {name}))),
        DetailSection("Hazards", tuple(_hazards(flow, {r.rule.rule for r in rules} | {name}))),
    )
    return _detail("question", name, texts.text, flow.question_place(name), sections)


def rule_detail(flow: Flow, name: str) -> Detail | None:
    """A rule, or None if the flow has none of this name."""
    rule = flow.rules_by_id.get(name)
    if rule is None:
        return None
    when = explain(rule.node, flow.questions)
    sections = (
        DetailSection("Fires when", (DetailRow("written", rule.rule.when), DetailRow("in words", when))),
        DetailSection("Names in it", tuple(_names(flow, rule.node))),
        DetailSection("What it asks for", tuple(_asks_for(rule))),
        DetailSection("Words", tuple(_rule_words(flow, name))),
        DetailSection(
            "Questions that it reads",
            tuple(
                DetailRow("question", q, flow.question_place(q), ("question", q))
                for q in flow.questions
                if q in reads(rule.node)
            ),
        ),
        DetailSection("Claims", tuple(_claims(flow, [rule]))),
        DetailSection("Properties that read the same answers", tuple(_properties(flow, reads(rule.node), every=True))),
        DetailSection("Hazards", tuple(_hazards(flow, {name}))),
    )
    said = next(iter(flow.texts.values())).rules.get(name, name)
    return _detail("rule", name, said, flow.rule_place(name), sections)


def _detail(kind: str, name: str, title: str, place: Place, sections: tuple[DetailSection, ...]) -> Detail:
    return Detail(kind, name, title, place, tuple(s for s in sections if s.rows))


def _names(flow: Flow, node: Node | None) -> Iterator[DetailRow]:
    """What the names in a condition mean."""
    for name in () if node is None else sorted(defined_in(node)):
        place = flow.place("triage.yaml", ("define", name))
        yield DetailRow(name, explain(flow.defined[name], flow.questions), place)


def _words(flow: Flow, name: str) -> Iterator[DetailRow]:
    for lang, texts in flow.texts.items():
        file, words = f"texts.{lang}.yaml", texts.questions[name]
        for key in ("text", "help", "why", "example", "none", "unsure"):
            said = getattr(words, key)
            if said:
                yield DetailRow(f"{key} ({lang})", said, flow.place(file, ("questions", name, key)))


def _options(flow: Flow, name: str, texts: QuestionText) -> Iterator[DetailRow]:
    lang = next(iter(flow.texts))
    for option, words in texts.options.items():
        said = words.text or words.label
        if words.says:
            said += f"   read in: {', '.join(words.says[:8])}{' ...' if len(words.says) > 8 else ''}"
        yield DetailRow(option, said, flow.place(f"texts.{lang}.yaml", ("questions", name, "options", option)))


def _decides(flow: Flow, name: str) -> Iterator[DetailRow]:
    for asking in flow.asking:
        if asking.node is not None and name in reads(asking.node):
            target = asking.question.ask
            yield DetailRow("question", target, flow.question_place(target), ("question", target))


def _advice(flow: Flow, name: str) -> Iterator[DetailRow]:
    texts = next(iter(flow.texts.values()))
    for number, (line, node, _) in enumerate(flow.lines):
        if node is not None and name in reads(node):
            yield DetailRow(line.line, texts.advice[line.line], flow.place("advice.yaml", ("lines", number, "line")))


def _claims(flow: Flow, rules: list[CompiledRule]) -> Iterator[DetailRow]:
    wanted = dict.fromkeys(claim for rule in rules for claim in rule.rule.because)
    for number, claim in enumerate(flow.evidence.claims):
        if claim.claim in wanted:
            place = flow.place("evidence.yaml", ("claims", number, "claim"))
            yield DetailRow(claim.claim, f"{claim.says} ({passage(flow, claim)})", place)


def passage(flow: Flow, claim: Claim) -> str:
    """Where what a claim says stands: the document and its section, or the guidance and how far it was read."""
    if claim.document is not None:
        file = next(d.file for d in flow.evidence.documents if d.document == claim.document)
        return f"{file}, {claim.section}"
    read = {source.source: source.read for source in flow.evidence.sources}
    return "guidance: " + ", ".join(f"{name} ({read.get(name, 'unknown')})" for name in claim.sources)


def _properties(flow: Flow, names: set[str] | frozenset[str], every: bool = False) -> Iterator[DetailRow]:
    """Properties that read one of these questions; `every`: that read no others."""
    for prop, when, requires in property_nodes(flow):
        read = {q for node in (when, requires) if node is not None for q in reads(node)} | set(prop.compare)
        if read & names and (not every or read <= names):
            demands = prop.at_least or prop.level
            label = f"{prop.property}{f' (at least {demands})' if prop.at_least else ''}"
            yield DetailRow(label, prop.because, property_place(flow, prop.property))


def _hazards(flow: Flow, names: set[str]) -> Iterator[DetailRow]:
    for number, hazard in enumerate(flow.hazards.hazards):
        shown = {what.partition(":")[2] for control in hazard.controls for what in control.shown_by}
        if names & shown:
            yield DetailRow(hazard.hazard, hazard.harm, flow.place("hazards.yaml", ("hazards", number, "hazard")))


def _asks_for(rule: CompiledRule) -> Iterator[DetailRow]:
    yield DetailRow("level", rule.rule.level)
    if rule.rule.how is not None:
        yield DetailRow("how", rule.rule.how)


def _rule_words(flow: Flow, name: str) -> Iterator[DetailRow]:
    for lang, texts in flow.texts.items():
        said = texts.rules.get(name)
        if said:
            yield DetailRow(f"because ({lang})", said, flow.place(f"texts.{lang}.yaml", ("rules", name)))
