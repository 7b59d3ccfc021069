"""What is looked through when an operator searches: the words that patients read of questions and rules, and the names of both."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from bot.core.conditions.explain import explain
from bot.core.conditions.nodes import Chosen, Node, Ticked, defined_in, leaves
from bot.core.flow.compiled import CompiledRule, Flow
from bot.core.flow.per_flow import per_flow

_WORD = re.compile(r"[^\W_]+|[<>=]+")


@per_flow
def searched_questions(flow: Flow) -> Mapping[str, str]:
    """Question -> all that is looked through of it, made ready for `found_in`."""
    return MappingProxyType({a.question.ask: _ready(_of_question(flow, a.question.ask, a.node)) for a in flow.asking})


@per_flow
def searched_rules(flow: Flow) -> Mapping[str, str]:
    """Rule -> all that is looked through of it, made ready for `found_in`."""
    return MappingProxyType({rule.rule.rule: _ready(_of_rule(flow, rule)) for rule in flow.rules})


def found_in(words: str, ready: str) -> bool:
    """Whether each of the words begins one in the text that was made ready; whatever case, and `_` like a space."""
    return all(f" {word}" in ready for word in _words(words))


def _ready(texts: Iterator[str | None]) -> str:
    return " " + " ".join(_words(" ".join(filter(None, texts))))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _of_question(flow: Flow, name: str, node: Node | None) -> Iterator[str | None]:
    """Its id and words in the first language, those of its answers, and for whom it is."""
    texts = next(iter(flow.texts.values())).questions[name]
    yield from (name, texts.text, texts.short, texts.why, texts.help, texts.example, texts.none, texts.unsure)
    yield from texts.groups.values()
    yield from flow.questions[name].option_ids
    for option in texts.options:
        yield from _of_option(flow, name, option)
    yield from _of_condition(flow, node)


def _of_option(flow: Flow, question: str, option: str) -> Iterator[str | None]:
    said = next(iter(flow.texts.values())).questions[question].options.get(option)
    yield option
    if said is not None:
        yield from (said.label, said.text, said.alone, said.answer)


def _of_condition(flow: Flow, node: Node | None) -> Iterator[str | None]:
    """The condition, and the names in it."""
    if node is not None:
        yield explain(node, flow.questions)
        yield from defined_in(node)


def _of_rule(flow: Flow, rule: CompiledRule) -> Iterator[str | None]:
    """Its name, level and reason, its condition, and the words of each answer that it reads."""
    texts = next(iter(flow.texts.values()))
    yield from (rule.rule.rule, rule.rule.level, rule.rule.how, rule.rule.when, texts.rules.get(rule.rule.rule))
    yield from _of_condition(flow, rule.node)
    for leaf in dict.fromkeys(leaves(rule.node)):
        words = texts.questions[leaf.question]
        yield from (leaf.question, words.short)
        if isinstance(leaf, Ticked | Chosen):
            yield from _of_option(flow, leaf.question, leaf.option)
        if not isinstance(leaf, Ticked):  # of a list, what is ticked says what it is about; else the question does
            yield words.text
