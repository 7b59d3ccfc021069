"""Everything that touches a question or a rule: words, rules, claims with where their passages stand, properties, hazards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bot.check.answers.conditions_of import property_nodes, property_place
from bot.core.conditions.nodes import Node, reads
from bot.core.flow.compiled import CompiledRule, Flow
from bot.core.model.files.evidence import Claim
from bot.core.model.files.texts import QuestionText
from bot.core.model.findings import Place
from bot.core.rendering.answer_words import Places, words_for

from .sentences import Piece, meaning, names_in, names_left, sentence


class DetailRow(NamedTuple):
    """`label`: what it is; `text`: its words; `place`: where it stands; `link`: what else it leads to, as (kind, name); `says`: a
    sentence about it; `pieces`: its words with links in them, instead of `text`; `anchor`: the name that links to it."""

    label: str
    text: str
    place: Place | None = None
    link: tuple[str, str] | None = None
    says: str = ""
    pieces: tuple[Piece, ...] = ()
    anchor: str = ""


class DetailSection(NamedTuple):
    """Rows under a heading. `folded`: behind it, until it is opened."""

    heading: str
    rows: tuple[DetailRow, ...]
    folded: bool = False


class Detail(NamedTuple):
    """What is known of one thing. `kind`: question or rule; `title`: its words; `sections`: what matters first, those without a row
    left out."""

    kind: str
    name: str
    title: str
    place: Place
    sections: tuple[DetailSection, ...]


MOST_ROWS = 10
"""Rows of a section that stand open."""


def question_detail(flow: Flow, name: str) -> Detail | None:
    """A question, or None if the flow has none of this name."""
    if name not in flow.questions:
        return None
    texts = next(iter(flow.texts.values())).questions[name]
    asking = next(a for a in flow.asking if a.question.ask == name)
    place = flow.question_place(name)
    rules = [rule for rule in flow.by_rank if name in reads(rule.node)]
    read_by = (DetailRow(r.rule.level, r.rule.rule, flow.rule_place(r.rule.rule), ("rule", r.rule.rule)) for r in rules)
    everybody = DetailRow("when", "everybody", place)
    sections = (
        DetailSection("Asked of", (everybody if asking.node is None else _when(flow, asking.node, place),)),
        _open_if_short("What the names in it mean", _names(flow, asking.node)),
        _open_if_short("What it offers", _options(flow, name, texts)),
        _open_if_short("Rules that read it", read_by),
        _open_if_short("Decides whether these are asked", _decides(flow, name)),
        _folded("As it is written", _written(flow, asking.question.when, asking.node, place)),
        _folded("Words", _words(flow, name)),
        _folded("Typed words that are read as an answer", _typed(texts)),
        _folded("Advice that reads it", _advice(flow, name)),
        _folded("Claims", _claims(flow, rules)),
        _folded("Properties", _properties(flow, {name})),
        _folded("Hazards", _hazards(flow, {r.rule.rule for r in rules} | {name})),
    )
    return _detail("question", name, texts.text, place, sections)


def rule_detail(flow: Flow, name: str) -> Detail | None:
    """A rule, or None if the flow has none of this name."""
    rule = flow.rules_by_id.get(name)
    if rule is None:
        return None
    place = flow.rule_place(name)
    questions = (_question_row(flow, q) for q in flow.questions if q in reads(rule.node))
    sections = (
        DetailSection("What it asks for", (_asks_for(flow, rule),)),
        DetailSection("Fires when", (_when(flow, rule.node, place),)),
        _open_if_short("What the names in it mean", _names(flow, rule.node)),
        DetailSection("Words", tuple(_rule_words(flow, name))),
        _open_if_short("Questions that it reads", questions),
        DetailSection("Claims", tuple(_claims(flow, [rule]))),
        _folded("As it is written", _written(flow, rule.rule.when, rule.node, place)),
        _folded("Properties that read the same answers", _properties(flow, reads(rule.node), every=True)),
        _folded("Hazards", _hazards(flow, {name})),
    )
    said = next(iter(flow.texts.values())).rules.get(name, name)
    return _detail("rule", name, said, place, sections)


def _detail(kind: str, name: str, title: str, place: Place, sections: tuple[DetailSection, ...]) -> Detail:
    return Detail(kind, name, title, place, tuple(s for s in sections if s.rows))


def _folded(heading: str, rows: Iterable[DetailRow]) -> DetailSection:
    """A section that is folded, with how many rows it has."""
    shown = tuple(rows)
    return DetailSection(f"{heading} ({len(shown)})", shown, True)


def _open_if_short(heading: str, rows: Iterable[DetailRow]) -> DetailSection:
    shown = tuple(rows)
    return _folded(heading, shown) if len(shown) > MOST_ROWS else DetailSection(heading, shown)


def _question_row(flow: Flow, name: str) -> DetailRow:
    short = next(iter(flow.texts.values())).questions[name].short
    return DetailRow(short, name, flow.question_place(name), ("question", name))


def _when(flow: Flow, node: Node, place: Place) -> DetailRow:
    """A condition as a sentence."""
    return DetailRow("when", "", place, pieces=sentence(flow, node))


def _names(flow: Flow, node: Node | None) -> Iterator[DetailRow]:
    """What the names mean that still stand in the sentence, the first of it first."""
    for name in () if node is None else names_left(flow, node):
        yield DetailRow(name, "", flow.place("triage.yaml", ("define", name)), pieces=meaning(flow, name), anchor=name)


def _written(flow: Flow, when: str | None, node: Node | None, place: Place) -> Iterator[DetailRow]:
    """A condition and the names in it as they are written."""
    if when is None or node is None:
        return
    yield DetailRow("when", when, place)
    for name in names_in(node):
        yield DetailRow(name, flow.triage.define[name], flow.place("triage.yaml", ("define", name)))


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
        place = flow.place(f"texts.{lang}.yaml", ("questions", name, "options", option))
        yield DetailRow(option, words.text or words.label, place)


def _typed(texts: QuestionText) -> Iterator[DetailRow]:
    """The phrases by which an answer is read in what is typed."""
    for option, words in texts.options.items():
        if words.says:
            yield DetailRow(option, "; ".join(words.says))


def _decides(flow: Flow, name: str) -> Iterator[DetailRow]:
    for asking in flow.asking:
        if asking.node is not None and name in reads(asking.node):
            yield _question_row(flow, asking.question.ask)


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
        title = next(d.title for d in flow.evidence.documents if d.document == claim.document)
        return f"\u201c{title}\u201d, section {claim.section}"
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


def _asks_for(flow: Flow, rule: CompiledRule) -> DetailRow:
    """The level, and how, in the words in which patients are told."""
    level, how = rule.rule.level, rule.rule.how
    if how is None:
        return DetailRow("level", level)
    words = words_for(flow, next(iter(flow.texts)), Places())
    said = (words.texts.advice[line.line] for line in flow.advice.lines if line.how == how and level in line.levels)
    told = words.fill(words.texts.system.get(f"{level}_{how}") or next(said, ""), answer="...")
    return DetailRow("level", level, says=f"how: {how.replace('_', ' ')}{f': {told}' if told else ''}")


def _rule_words(flow: Flow, name: str) -> Iterator[DetailRow]:
    for lang, texts in flow.texts.items():
        said = texts.rules.get(name)
        if said:
            yield DetailRow(f"because ({lang})", said, flow.place(f"texts.{lang}.yaml", ("rules", name)))
