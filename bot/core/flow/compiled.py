"""The compiled flow: the models of its files, its conditions as functions, and its machine. Made once, shared, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from bot.core.conditions.compiler import Check, compile_check, need
from bot.core.conditions.nodes import Compare, Node, leaves, reads
from bot.core.model.answers import NOT_SURE, Span
from bot.core.model.files.advice import Advice, Line
from bot.core.model.files.answers import Topic, TopicLine
from bot.core.model.files.countries import Country
from bot.core.model.files.evidence import Evidence
from bot.core.model.files.governance import Hazards, Safety, Signoff, Signoffs
from bot.core.model.files.interview import Interview, Question
from bot.core.model.files.parts import NUMERIC, Kind
from bot.core.model.files.texts import Texts
from bot.core.model.files.triage import Rule, Triage
from bot.core.model.findings import Place
from bot.core.model.quantities import read_quantity
from bot.core.model.readings import Reader, read_nothing

from .answer_values import as_read, choice_span, read_value

SPOKEN = "spoken"
"""Where a flow keeps its texts as audiences have them."""


class CompiledRule(NamedTuple):
    """A rule with its condition as a tree and as a function."""

    rule: Rule
    node: Node
    check: Check
    rank: int


class CompiledLine(NamedTuple):
    """A line of advice with its condition, if it has one."""

    line: Line
    node: Node | None
    check: Check | None


class TopicTold(NamedTuple):
    """A line of a topic with its condition, if it has one."""

    line: TopicLine
    node: Node | None
    check: Check | None


class CompiledTopic(NamedTuple):
    """Something that people ask about, and what is told."""

    topic: Topic
    lines: tuple[TopicTold, ...]


class Asking(NamedTuple):
    """A question with its `when`, if it has one."""

    question: Question
    node: Node | None
    check: Check | None


class RulesIndex(NamedTuple):
    """Numbers of rules in `Flow.by_rank`. `free`: nothing rules them out beforehand; `needing`: question -> answer -> those
    that cannot be true without one of such answers; `every`: question -> all of those."""

    free: tuple[int, ...]
    needing: Mapping[str, Mapping[str, list[int]]]
    every: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Flow:
    """One version of a flow, ready to run. `version`: content hash, 16 hex digits."""

    name: str
    version: str
    interview: Interview
    triage: Triage
    advice: Advice
    evidence: Evidence
    texts: Mapping[str, Texts]
    safety: Safety
    hazards: Hazards
    signoffs: Signoffs
    files: Mapping[str, str]
    asking: tuple[Asking, ...]
    rules: tuple[CompiledRule, ...]
    lines: tuple[CompiledLine, ...]
    conflicts: tuple[tuple[str, Node, Check], ...]
    defined: Mapping[str, Node]
    audiences: tuple[tuple[str, Node, Check], ...] = ()
    offered: Mapping[str, tuple[Node, Check]] = field(default_factory=dict)
    countries: Mapping[str, Country] = field(default_factory=dict)
    topics: Mapping[str, CompiledTopic] = field(default_factory=dict)
    places: Mapping[str, Any] = field(repr=False, default_factory=dict)
    reader: Reader = read_nothing
    unsafe: bool = False
    memo: dict[Any, Any] = field(init=False, repr=False, compare=False, default_factory=dict)
    """What `@per_flow` keeps."""

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """Questions by id."""
        return MappingProxyType({q.ask: q for q in self.interview.questions})

    @cached_property
    def option_home(self) -> Mapping[str, str]:
        """Option id -> question id (`one` and `many`)."""
        return MappingProxyType({o.id: q.ask for q in self.interview.questions for o in q.options})

    @cached_property
    def usual(self) -> Mapping[str, Any]:
        """The answers of an uncomplicated patient as conditions read them: for progress and searches, never assumed."""
        found: dict[str, Any] = {}
        for question in self.interview.questions:
            value = read_value(question, usual_value(question))
            if value == NOT_SURE and question.kind in NUMERIC:
                value = next(choice_span(question, c) for c in question.choices if c.id == question.unsure_as)
            found[question.ask] = value
        return MappingProxyType(found)

    @property
    def system_words(self) -> dict[str, dict[str, str]]:
        """Language -> what else the bot says: today's words, for stored versions that were written before some of them."""
        return {lang: dict(texts.system) for lang, texts in self.texts.items()}

    @cached_property
    def filled_along(self) -> frozenset[str]:
        """Questions that a ready-made choice of another one answers as well."""
        return frozenset(n for q in self.interview.questions for c in q.choices for n in c.also)

    @cached_property
    def lapses(self) -> Mapping[str, float]:
        """Questions that are asked again after a silence of so many seconds."""
        expiring = [(q.ask, q.expires) for q in self.interview.questions if q.expires is not None]
        return MappingProxyType({q: read_quantity(Kind.length, after) for q, after in expiring})

    @cached_property
    def dated(self) -> tuple[str, ...]:
        """Questions whose answers are kept as dates, so that they grow older by themselves."""
        return tuple(q.ask for q in self.interview.questions if q.kind is Kind.ago)

    @cached_property
    def stoppable(self) -> frozenset[str]:
        """Questions asked of everybody of an age or role: not emergency screens, nor what follows up a ticked line."""
        lists = {q.ask for q in self.interview.questions if q.kind is Kind.many}
        return frozenset(
            a.question.ask
            for a in self.asking
            if not a.question.consent and a.question.tap == "done" and (a.node is None or not lists & reads(a.node))
        )

    @cached_property
    def signs(self) -> Mapping[str, str]:
        """Options that typed words may carry at any moment -> "emergency" or "same_day"."""
        return MappingProxyType({o.id: o.sign for q in self.interview.questions for o in q.options if o.sign})

    @cached_property
    def others(self) -> frozenset[str]:
        """Answers of the consent question by which the patient is somebody else."""
        return frozenset(o.id for q in self.interview.questions if q.consent for o in q.options if o.other)

    @cached_property
    def rules_by_id(self) -> Mapping[str, CompiledRule]:
        """Rules by id."""
        return MappingProxyType({r.rule.rule: r for r in self.rules})

    @cached_property
    def by_rank(self) -> tuple[CompiledRule, ...]:
        """Rules, most urgent first."""
        return tuple(sorted(self.rules, key=lambda r: -r.rank))

    @cached_property
    def rules_index(self) -> RulesIndex:
        """Where in `by_rank` to look, given the answers, for rules that can be true."""
        free: list[int] = []
        needing: dict[str, dict[str, list[int]]] = {}
        for i, rule in enumerate(self.by_rank):
            needs = need(rule.node, self.questions)
            if needs is None:
                free.append(i)
                continue
            for answer in needs.answers:
                needing.setdefault(needs.question, {}).setdefault(answer, []).append(i)
        every = {q: tuple(sorted({i for found in by.values() for i in found})) for q, by in needing.items()}
        return RulesIndex(tuple(free), needing, every)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every condition of the flow that decides something (questions, rules, lines, conflicts)."""
        whens = [a.node for a in self.asking if a.node is not None]
        said = [line.node for line in self.lines if line.node is not None]
        said += [told.node for topic in self.topics.values() for told in topic.lines if told.node is not None]
        shown = [*(node for node, _ in self.offered.values()), *(node for _, node, _ in self.audiences)]
        return (*whens, *(r.node for r in self.rules), *said, *(c[1] for c in self.conflicts), *shown)

    @cached_property
    def topic_groups(self) -> Mapping[str, tuple[str, ...]]:
        """Button behind which topics stand -> these topics, in order."""
        groups: dict[str, tuple[str, ...]] = {}
        for name, topic in self.topics.items():
            groups[topic.topic.behind] = (*groups.get(topic.topic.behind, ()), name)
        return MappingProxyType(groups)

    def hidden(self, env: Mapping[str, Any]) -> frozenset[str]:
        """Options that are not shown to whoever gave these answers. A list without any line for them is only ever opened to
        change what was said of it, so it is shown whole."""
        some = frozenset(option for option, (_, check) in self.offered.items() if check(env) is False)
        whole = (self.questions[q].option_ids for q in self.for_some if self.heard_only(q, env))
        return some.difference(*whole) if some else some

    @cached_property
    def for_some(self) -> Mapping[str, tuple[tuple[Node, Check], ...]]:
        """Lists of which each line is for some people only -> for whom."""
        lists = {q.ask: tuple(self.offered.get(o) for o in q.option_ids) for q in self.interview.questions if q.options}
        return MappingProxyType({q: tuple(w for w in some if w) for q, some in lists.items() if all(some)})

    def heard_only(self, question: str, env: Mapping[str, Any]) -> bool:
        """Whether a list has no line for whoever gave these answers: it is not asked, and only what is said of it counts."""
        lines = self.for_some.get(question)
        return lines is not None and all(check(env) is False for _, check in lines)

    def spoken_to(self, env: Mapping[str, Any]) -> tuple[str, ...]:
        """The audiences to whom whoever gave these answers belongs."""
        return tuple(name for name, _, check in self.audiences if check(env) is True)

    @cached_property
    def cuts(self) -> Mapping[str, tuple[Compare, ...]]:
        """Numeric question -> the comparisons that conditions make with it."""
        found: dict[str, dict[tuple[str, float], Compare]] = {
            q: {} for q, v in self.questions.items() if v.kind in NUMERIC
        }
        for node in self.nodes:
            for leaf in leaves(node):
                if isinstance(leaf, Compare):
                    found[leaf.question][leaf.op, leaf.value] = leaf
        return MappingProxyType({q: tuple(c.values()) for q, c in found.items()})

    def separates(self, question: str, span: Span) -> bool:
        """Whether some condition tells the two ends of the range apart, so that it is no answer yet."""
        if span.low == span.high:
            return False
        low, high = Span(span.low, span.low), Span(span.high, span.high)
        for leaf in self.cuts[question]:
            check = compile_check(leaf, self.questions)
            ends = {check({question: low}), check({question: high})}
            inside = leaf.op == "=" and span.low <= leaf.value <= span.high
            if len(ends) > 1 or inside:
                return True
        return False

    def span_of(self, question: str, kept: Any, today: date) -> Span | None:
        """The numbers that a kept numeric answer stands for on that day."""
        value = as_read(self.questions[question], kept, today)
        return value if isinstance(value, Span) else None

    def place(self, file: str, path: tuple[str | int, ...]) -> Place:
        """Where something stands in the flow's files, e.g. `place("triage.yaml", ("rules", 3, "when"))`."""
        loaded = self.places.get(file)
        return loaded.place(path) if loaded is not None else Place(file)

    def rule_place(self, rule: str) -> Place:
        """Where a rule stands."""
        for i, known in enumerate(self.triage.rules):
            if known.rule == rule:
                return self.place("triage.yaml", ("rules", i, "rule"))
        return Place("triage.yaml")

    def question_place(self, question: str) -> Place:
        """Where a question stands."""
        for i, known in enumerate(self.interview.questions):
            if known.ask == question:
                return self.place("interview.yaml", ("questions", i, "ask"))
        return Place("interview.yaml")

    def signoff(self, lang: str, today: date) -> Signoff | None:
        """The valid sign-off of this content in this language on that day, if there is one."""
        for entry in self.signoffs.signoffs:
            if entry.language == lang and entry.reviewed == self.version and entry.date <= today <= entry.expires:
                return entry
        return None

    def with_reader(self, reader: Reader) -> Flow:
        """The same flow with a reader of typed words."""
        return replace(self, reader=reader)

    def text(self, lang: str, audiences: tuple[str, ...] = ()) -> Texts:
        """The words in a language, for these audiences; in the flow's first language if it has not that one."""
        texts = self.texts.get(lang) or next(iter(self.texts.values()))
        if not any(name in texts.audiences for name in audiences):
            return texts
        known: dict[tuple[str, tuple[str, ...]], Texts] = self.memo.setdefault(SPOKEN, {})
        found = known.get((texts.language, audiences))
        if found is None:
            found = known[texts.language, audiences] = texts.spoken_to(audiences)
        return found


def usual_value(question: Question) -> Any:
    """The answer of an uncomplicated patient as written in the flow."""
    if question.usual is None and question.kind is Kind.many:
        return []
    return question.usual


def cells(flow: Flow, question: str) -> tuple[Span, ...]:
    """The ready-made ranges of a numeric question, in order."""
    q = flow.questions[question]
    return tuple(choice_span(q, c) for c in q.choices)
