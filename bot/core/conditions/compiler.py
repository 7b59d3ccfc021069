"""What conditions mean: compiled three-valued checks, guards, and explanations in words.

A check reads an environment `question -> answer` and gives True, False or None (unknown). Answers there are `Many`,
`Span` (numeric kinds) or a string; a question that is absent is unknown, one that was passed over is `NOT_ASKED`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from bot.core.model.answers import NOT_ASKED, Many, Span
from bot.core.model.files.interview import Question

from .nodes import All, Any_, Asked, AtLeast, Chosen, Leaf, Named, Node, Not, Nothing, Says, Ticked

Env = Mapping[str, Any]
Check = Callable[[Env], bool | None]


def compile_check(node: Node, questions: Mapping[str, Question]) -> Check:
    """The condition as a function of the environment; built once, called often."""
    if isinstance(node, Named):
        return _remembered(node.name, compile_check(node.part, questions))
    if isinstance(node, Not):
        return _negated(compile_check(node.part, questions))
    if isinstance(node, All):
        return _all(tuple(compile_check(p, questions) for p in sorted(_flat(node.parts, All), key=_effort)))
    if isinstance(node, Any_):
        return _any(tuple(_merged_ticks(_flat(node.parts, Any_), questions)))
    if isinstance(node, AtLeast):
        return _at_least(node.count, tuple(compile_check(p, questions) for p in node.parts))
    return _leaf(node, questions)


def _effort(node: Node) -> int:
    """What is quick to evaluate comes first: of parts that must all be true the first false one decides."""
    if isinstance(node, Not):
        return _effort(node.part)
    return 0 if isinstance(node, Leaf) else 1 if isinstance(node, Named) else 2


def _flat(parts: tuple[Node, ...], kind: type[All] | type[Any_]) -> list[Node]:
    flat: list[Node] = []
    for part in parts:
        if isinstance(part, kind):
            flat.extend(_flat(part.parts, kind))
        else:
            flat.append(part)
    return flat


MEMO: Final = "\0memo"
"""Key of an environment, complete for the moment, under which defined conditions remember what they came to."""

_UNSEEN: Final = object()


def _remembered(name: str, check: Check) -> Check:
    """A defined condition that many rules read is evaluated once an environment, where that keeps a memo."""

    def remembered(env: Env) -> bool | None:
        memo = env.get(MEMO)
        if memo is None:
            return check(env)
        known = memo.get(name, _UNSEEN)
        if known is _UNSEEN:
            known = memo[name] = check(env)
        return known  # type: ignore[no-any-return]

    return remembered


def _merged_ticks(parts: list[Node], questions: Mapping[str, Question]) -> Iterator[Check]:
    """Several options of one list in one `or` become one set look-up."""
    ticks: dict[tuple[str, bool], list[str]] = {}
    for part in parts:
        if isinstance(part, Ticked):
            ticks.setdefault((part.question, part.surely), []).append(part.option)
        else:
            yield compile_check(part, questions)
    for (question, surely), options in ticks.items():
        yield _ticked(question, frozenset(options), surely)


def _negated(check: Check) -> Check:
    def negated(env: Env) -> bool | None:
        value = check(env)
        return None if value is None else not value

    return negated


def _all(checks: tuple[Check, ...]) -> Check:
    if len(checks) == 2:
        return _both(*checks)

    def every(env: Env) -> bool | None:
        result: bool | None = True
        for check in checks:
            value = check(env)
            if value is False:
                return False
            if value is None:
                result = None
        return result

    return every


def _both(first: Check, second: Check) -> Check:
    """Most conditions have two parts: without a loop, a turn is measurably faster."""

    def both(env: Env) -> bool | None:
        one = first(env)
        if one is False:
            return False
        other = second(env)
        if other is False:
            return False
        return None if one is None else other

    return both


def _any(checks: tuple[Check, ...]) -> Check:
    if len(checks) == 1:
        return checks[0]

    def some(env: Env) -> bool | None:
        result: bool | None = False
        for check in checks:
            value = check(env)
            if value is True:
                return True
            if value is None:
                result = None
        return result

    return some


def _at_least(count: int, checks: tuple[Check, ...]) -> Check:
    def enough(env: Env) -> bool | None:
        true = unknown = 0
        for check in checks:
            value = check(env)
            if value is True:
                true += 1
            elif value is None:
                unknown += 1
        if true >= count:
            return True
        return None if true + unknown >= count else False

    return enough


def _ticked(question: str, options: frozenset[str], surely: bool) -> Check:
    if len(options) == 1 and not surely:
        return _one_ticked(question, *options)
    if surely:

        def ticked(env: Env) -> bool | None:
            answer = env.get(question)
            if answer is None or answer is NOT_ASKED:
                return None
            if not options.isdisjoint(answer.yes):
                return True
            return None if answer.partial else False

        return ticked

    def ticked_or_unsure(env: Env) -> bool | None:
        answer = env.get(question)
        if answer is None or answer is NOT_ASKED:
            return None
        if not options.isdisjoint(answer.yes) or not options.isdisjoint(answer.not_sure):
            return True
        return None if answer.partial else False

    return ticked_or_unsure


def _one_ticked(question: str, option: str) -> Check:
    """Most look-ups of a list are of one option."""

    def ticked_or_unsure(env: Env) -> bool | None:
        answer = env.get(question)
        if answer is None or answer is NOT_ASKED:
            return None
        if option in answer.yes or option in answer.not_sure:
            return True
        return None if answer.partial else False

    return ticked_or_unsure


def _member(question: str, values: frozenset[str]) -> Check:
    def member(env: Env) -> bool | None:
        answer = env.get(question)
        if answer is None or answer is NOT_ASKED:
            return None
        return answer in values

    return member


def _nothing(question: str) -> Check:
    def nothing(env: Env) -> bool | None:
        answer = env.get(question)
        if answer is None or answer is NOT_ASKED:
            return None
        if answer.yes or answer.not_sure:
            return False
        return None if answer.partial else True

    return nothing


def _asked(question: str, answered: bool) -> Check:
    def asked(env: Env) -> bool | None:
        answer = env.get(question)
        if answer is None:
            return None
        if answer is NOT_ASKED:
            return False
        if not answered:
            return True
        return not (answer == "not_sure" or (isinstance(answer, Many) and bool(answer.not_sure)))

    return asked


_SURE: dict[str, Callable[[Span, float], bool]] = {
    "<": lambda s, v: s.high < v, "<=": lambda s, v: s.high <= v, ">": lambda s, v: s.low > v,
    ">=": lambda s, v: s.low >= v, "=": lambda s, v: s.low == v == s.high,
}  # fmt: skip
_NEVER: dict[str, Callable[[Span, float], bool]] = {
    "<": lambda s, v: s.low >= v, "<=": lambda s, v: s.low > v, ">": lambda s, v: s.high <= v,
    ">=": lambda s, v: s.high < v, "=": lambda s, v: s.low > v or s.high < v,
}  # fmt: skip


def compares(op: str, span: Span, value: float) -> bool | None:
    """Whether the span compares so with the value: None if only some of its numbers do."""
    if _SURE[op](span, value):
        return True
    return False if _NEVER[op](span, value) else None


def _compared(question: str, op: str, value: float) -> Check:
    sure, never = _SURE[op], _NEVER[op]

    def compared(env: Env) -> bool | None:
        answer = env.get(question)
        if answer is None or answer is NOT_ASKED:
            return None
        if sure(answer, value):
            return True
        return False if never(answer, value) else None

    return compared


def _counting(node: Chosen, questions: Mapping[str, Question]) -> frozenset[str]:
    """The answers that count as the chosen one."""
    return frozenset({node.option, "not_sure"} if questions[node.question].unsure_as == node.option else {node.option})


def _leaf(node: Leaf, questions: Mapping[str, Question]) -> Check:
    if isinstance(node, Ticked):
        return _ticked(node.question, frozenset((node.option,)), node.surely)
    if isinstance(node, Chosen):
        return _member(node.question, _counting(node, questions))
    if isinstance(node, Says):
        return _member(node.question, frozenset(node.answers))
    if isinstance(node, Nothing):
        return _nothing(node.question)
    if isinstance(node, Asked):
        return _asked(node.question, node.answered)
    return _compared(node.question, node.op, node.value)


class Need(NamedTuple):
    """Unless one of these answers was given to the question, the condition is not true (if it was answered: false)."""

    question: str
    answers: frozenset[str]


def need(node: Node, questions: Mapping[str, Question]) -> Need | None:
    """What the condition cannot be true without, as its shape tells it; None if it tells nothing."""
    if isinstance(node, Named):
        return need(node.part, questions)
    if isinstance(node, Ticked):
        return Need(node.question, frozenset((node.option,)))
    if isinstance(node, Chosen):
        return Need(node.question, _counting(node, questions))
    if isinstance(node, Says):
        return Need(node.question, frozenset(node.answers))
    if isinstance(node, All | Any_):
        found = [need(part, questions) for part in node.parts]
        known = [n for n in found if n is not None]
        if isinstance(node, All):
            return min(known, key=lambda n: len(n.answers), default=None)
        if len(known) == len(found) and len({n.question for n in known}) == 1:
            return Need(known[0].question, frozenset[str]().union(*(n.answers for n in known)))
    return None
