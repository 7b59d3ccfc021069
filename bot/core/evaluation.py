"""What conditions mean: compiled three-valued checks, guards, and explanations in words.

A check reads an environment `question -> answer` and gives True, False or None (unknown). Answers there are `Many`,
`Span` (numeric kinds) or a string; a question that is absent is unknown, one that was passed over is `NOT_ASKED`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise, product
from typing import Any, Final, NamedTuple

from .conditions import (
    All,
    Any_,
    Asked,
    AtLeast,
    Chosen,
    Compare,
    Leaf,
    Named,
    Node,
    Not,
    Nothing,
    Says,
    Ticked,
    leaves,
)
from .flow import NUMERIC, Kind, Question


class Many(NamedTuple):
    """The answer of a `many` question. `partial`: only these were heard of so far; the others are unknown."""

    yes: frozenset[str]
    not_sure: frozenset[str] = frozenset()
    partial: bool = False


class Span(NamedTuple):
    """A number, or a range with both ends, in base units."""

    low: float
    high: float


class _NotAsked:
    __slots__ = ()

    def __repr__(self) -> str:
        return "NOT_ASKED"


NOT_ASKED: Final = _NotAsked()

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


def compare(op: str, span: Span, value: float) -> bool | None:
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


# --- what a condition cannot be true without ---------------------------------------------------------------------------


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


# --- guards -----------------------------------------------------------------------------------------------------------

_CASES = 20_000


def unguarded(node: Node, whens: Mapping[str, Node], questions: Mapping[str, Question]) -> list[Leaf]:
    """Leaves that read a question that may not have been asked, with nothing beside them that implies its `when`."""
    found: list[Leaf] = []
    _walk_guards(node, (), whens, questions, found)
    return found


def _walk_guards(
    node: Node,
    context: tuple[Node, ...],
    whens: Mapping[str, Node],
    questions: Mapping[str, Question],
    found: list[Leaf],
) -> None:
    if isinstance(node, Named | Not):
        _walk_guards(node.part, context, whens, questions, found)
    elif isinstance(node, All | Any_):
        for part in node.parts:
            others = tuple(o if isinstance(node, All) else Not(o) for o in node.parts if o is not part)
            _walk_guards(part, context + others, whens, questions, found)
    elif isinstance(node, AtLeast):
        for part in node.parts:
            _walk_guards(part, context, whens, questions, found)
    elif not isinstance(node, Asked):
        when = whens.get(node.question)
        if when is not None and not implies(context, when, questions):
            found.append(node)


def implies(context: tuple[Node, ...], goal: Node, questions: Mapping[str, Question]) -> bool:
    """Whether the conditions of `context` together imply `goal`: by their shape, else by cases; False if too many."""
    if _plainly(_facts(context), goal):
        return True
    wanted = {_variable(leaf) for leaf in leaves(goal)}
    useful = [c for c in context if any(_variable(leaf) in wanted for leaf in leaves(c))]
    narrow = [c for c in useful if {_variable(leaf) for leaf in leaves(c)} <= wanted]
    if _implied(narrow, goal, questions) or _implied(useful, goal, questions):
        return True
    return any(len(leaves(c)) <= 12 and _implied([c], goal, questions) for c in useful)


def _facts(nodes: Iterable[Node]) -> list[Node]:
    """What holds if all of the nodes hold, taken apart as far as shape goes."""
    found: list[Node] = []
    for node in nodes:
        if isinstance(node, Named):
            found.extend(_facts((node.part,)))
        elif isinstance(node, All):
            found.extend(_facts(node.parts))
        elif isinstance(node, Not):
            inner = node.part.part if isinstance(node.part, Named) else node.part
            if isinstance(inner, Not):
                found.extend(_facts((inner.part,)))
            elif isinstance(inner, Any_):
                found.extend(_facts(Not(p) for p in inner.parts))
            else:
                found.append(Not(inner))
        else:
            found.append(node)
    return found


def _plainly(facts: list[Node], goal: Node) -> bool:
    """Whether the goal follows from the facts by shape alone (sound, not complete)."""
    if isinstance(goal, Named):
        return _plainly(facts, goal.part)
    if isinstance(goal, All):
        return all(_plainly(facts, part) for part in goal.parts)
    if isinstance(goal, Any_) and any(_plainly(facts, part) for part in goal.parts):
        return True
    if isinstance(goal, Not):
        goal = Not(goal.part.part) if isinstance(goal.part, Named) else goal
        if isinstance(goal.part, Any_):
            return all(_plainly(facts, Not(part)) for part in goal.part.parts)
    for fact in facts:
        if fact == goal or (isinstance(fact, Ticked) and fact == Ticked(fact.question, fact.option, True) and
                            goal == Ticked(fact.question, fact.option)):  # fmt: skip
            return True
        if isinstance(fact, Any_) and all(_plainly(_facts((part,)), goal) for part in fact.parts):
            return True
    return False


def _variable(leaf: Leaf) -> tuple[str, str]:
    return (leaf.question, leaf.option if isinstance(leaf, Ticked) else "")


def _implied(parts: list[Node], goal: Node, questions: Mapping[str, Question]) -> bool:
    if not parts:
        return False
    trees: list[Node] = [*parts, goal]
    domains = domains_of(trees, questions)
    size = 1
    for cases in domains.values():
        size *= len(cases)
        if size > _CASES:
            return False
    context, target = compile_check(All(tuple(parts)), questions), compile_check(goal, questions)
    for values in product(*domains.values()):
        env = _as_env(dict(zip(domains, values, strict=True)))
        if context(env) is True and target(env) is not True:
            return False
    return True


def domains_of(trees: list[Node], questions: Mapping[str, Question]) -> dict[tuple[str, str], list[Any]]:
    """For each variable that the conditions read, the answers that they can tell apart."""
    found: dict[tuple[str, str], list[Any]] = {}
    points: dict[str, set[float]] = {}
    for leaf in (leaf for tree in trees for leaf in leaves(tree)):
        question = questions[leaf.question]
        if isinstance(leaf, Ticked):
            cases = found.setdefault((leaf.question, leaf.option), ["", "yes"])
            if leaf.surely and len(cases) == 2:
                cases.append("not_sure")
        elif isinstance(leaf, Nothing):
            for option in question.options:
                found.setdefault((leaf.question, option.id), ["", "yes"])
        elif isinstance(leaf, Compare):
            points.setdefault(leaf.question, set()).add(leaf.value)
        elif question.kind is Kind.many:
            found.setdefault((leaf.question, "?"), [""])
        elif question.kind not in NUMERIC:
            found[leaf.question, ""] = [*(question.option_ids or ("yes", "no")), "not_sure"]
    for name, values in points.items():
        ordered = sorted(values)
        between = [(low + high) / 2 for low, high in pairwise(ordered)]
        cuts = sorted({ordered[0] - 0.5, *ordered, *between, ordered[-1] + 0.5})
        found[name, ""] = [Span(v, v) for v in cuts]
    return found


def _as_env(values: Mapping[tuple[str, str], Any]) -> dict[str, Any]:
    env: dict[str, Any] = {}
    lists: dict[str, tuple[set[str], set[str]]] = {}
    for (question, option), value in values.items():
        if option:
            yes, unsure = lists.setdefault(question, (set(), set()))
            if value == "yes":
                yes.add(option)
            elif value == "not_sure":
                unsure.add(option)
        else:
            env[question] = value
    for question, (yes, unsure) in lists.items():
        env[question] = Many(frozenset(yes), frozenset(unsure))
    return env


# --- explanations -----------------------------------------------------------------------------------------------------

BASE_UNITS = {Kind.ago: "days", Kind.length: "seconds", Kind.age: "years"}
_OP_WORDS = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least", "=": "exactly"}


def explain(node: Node, questions: Mapping[str, Question], inside: bool = False) -> str:
    """The condition in words that an operator reads: `pain is at least 7 and onset is more than 28 days`."""
    if isinstance(node, Named):
        return node.name
    if isinstance(node, All | Any_):
        word = " and " if isinstance(node, All) else " or "
        text = word.join(explain(p, questions, True) for p in node.parts)
        return f"({text})" if inside else text
    if isinstance(node, AtLeast):
        return f"at least {node.count} of ({', '.join(explain(p, questions) for p in node.parts)})"
    if isinstance(node, Not):
        part = node.part
        if isinstance(part, Ticked):
            return f"{part.option} is not ticked"
        if isinstance(part, Chosen):
            return f"{part.question} is not {part.option}"
        return f"not {explain(part, questions, True)}"
    if isinstance(node, Ticked):
        return f"{node.option} is {'surely ticked' if node.surely else 'ticked or unsure'}"
    if isinstance(node, Nothing):
        return f"{questions[node.question].none or 'nothing'} ({node.question})"
    if isinstance(node, Chosen):
        return f"{node.question} is {node.option}"
    if isinstance(node, Says):
        return f"{node.question} is {' or '.join(node.answers)}"
    if isinstance(node, Asked):
        return f"{node.question} was {'answered' if node.answered else 'asked'}"
    unit = BASE_UNITS.get(questions[node.question].kind, "")
    return f"{node.question} is {_OP_WORDS[node.op]} {node.value:g} {unit}".rstrip()


def false_parts(node: Node, env: Env, questions: Mapping[str, Question]) -> tuple[Node, ...]:
    """The smallest parts that keep the condition from being true in this environment."""
    if compile_check(node, questions)(env) is True:
        return ()
    if isinstance(node, Named):
        return false_parts(node.part, env, questions)
    if isinstance(node, All):
        return tuple(f for part in node.parts for f in false_parts(part, env, questions))
    return (node,)
