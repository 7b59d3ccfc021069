"""The condition language: what is read, what is refused and where, what it means, and that guards are sound."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.core.conditions.compiler import compile_check
from bot.core.conditions.explain import explain
from bot.core.conditions.guards import unguarded
from bot.core.conditions.nodes import (
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
    reads,
)
from bot.core.conditions.parser import Names, parse
from bot.core.model.answers import NOT_ASKED, Many, Span
from bot.core.model.files.interview import Question
from bot.core.model.findings import Finding, Place

QUESTIONS = [
    Question.model_validate(q)
    for q in (
        {"ask": "danger", "kind": "many", "options": ["cold", "pale"], "none": "no_danger"},
        {"ask": "course", "kind": "one", "options": ["better", "same", "worse"], "unsure_as": "worse"},
        {"ask": "swollen", "kind": "yes_no"},
        {"ask": "pain", "kind": "scale"},
        {"ask": "onset", "kind": "ago"},
        {"ask": "spasm", "kind": "length"},
        {"ask": "age", "kind": "age"},
    )
]
BY_ID = {q.ask: q for q in QUESTIONS}
PLACE = Place("triage.yaml", 7, 11)


def names(**defined: str) -> Names:
    known = Names(QUESTIONS)
    for name, text in defined.items():
        known.defined[name] = node_of(text, known)
    return known


def node_of(text: str, known: Names | None = None) -> Node:
    node = parse(text, known or names(), PLACE)
    assert not isinstance(node, Finding), node
    return node


def finding_of(text: str, known: Names | None = None) -> Finding:
    found = parse(text, known or names(), PLACE)
    assert isinstance(found, Finding), found
    return found


# --- what is read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("cold", Ticked("danger", "cold")),
        ("surely cold", Ticked("danger", "cold", True)),
        ("cold in danger", Ticked("danger", "cold")),
        ("cold not in danger", Not(Ticked("danger", "cold"))),
        ("no_danger", Nothing("danger")),
        ("no_danger in danger", Nothing("danger")),
        ("danger is no_danger", Nothing("danger")),
        ("swollen", Says("swollen", ("yes", "not_sure"))),
        ("surely swollen", Says("swollen", ("yes",))),
        ("swollen is no", Says("swollen", ("no",))),
        ("swollen is not not_sure", Not(Says("swollen", ("not_sure",)))),
        ("worse", Chosen("course", "worse")),
        ("course is worse", Chosen("course", "worse")),
        ("course is not better", Not(Chosen("course", "better"))),
        ("course in (worse, same)", Any_((Chosen("course", "worse"), Chosen("course", "same")))),
        ("course not in (worse, same)", Not(Any_((Chosen("course", "worse"), Chosen("course", "same"))))),
        ("pain >= 7", Compare("pain", ">=", 7)),
        ("pain == 7", Compare("pain", "=", 7)),
        ("onset > 4 weeks", Compare("onset", ">", 28)),
        ("onset > 4weeks", Compare("onset", ">", 28)),
        ("onset <= 2 months", Compare("onset", "<=", 60)),
        ("onset < 1 year", Compare("onset", "<", 365)),
        ("spasm >= 15 minutes", Compare("spasm", ">=", 900)),
        ("spasm < 0.5 hours", Compare("spasm", "<", 1800)),
        ("age between 16 and 44", All((Compare("age", ">=", 16), Compare("age", "<=", 44)))),
        ("any of (cold, pale)", Any_((Ticked("danger", "cold"), Ticked("danger", "pale")))),
        ("all of (cold, swollen)", All((Ticked("danger", "cold"), Says("swollen", ("yes", "not_sure"))))),
        ("at least 1 of (cold, pale)", AtLeast(1, (Ticked("danger", "cold"), Ticked("danger", "pale")))),
        ("asked(pain)", Asked("pain")),
        ("answered( pain )", Asked("pain", True)),
        ("not cold and pale", All((Not(Ticked("danger", "cold")), Ticked("danger", "pale")))),
        ("not (cold and pale)", Not(All((Ticked("danger", "cold"), Ticked("danger", "pale"))))),
    ],
)
def test_each_form_is_read(text: str, node: Node) -> None:
    assert node_of(text) == node


def test_and_binds_closer_than_or() -> None:
    assert node_of("cold or pale and swollen") == node_of("cold or (pale and swollen)")


def test_a_condition_says_which_answers_it_reads() -> None:
    assert reads(node_of("cold and (pain >= 7 or not swollen)")) == {"danger", "pain", "swollen"}


def test_a_condition_explains_itself() -> None:
    node = node_of("pain >= 7 and onset > 4 weeks and not cold")
    assert explain(node, BY_ID) == "pain is at least 7 and onset is more than 28 days ago and cold is not ticked"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("any of (cold, pale)", "any of (cold, pale) is ticked or unsure"),
        ("surely cold or surely pale", "any of (cold, pale) is surely ticked"),
        ("surely cold or pale", "cold is surely ticked or pale is ticked or unsure"),
        ("not any of (cold, pale) and pain = 3", "none of (cold, pale) is ticked or unsure and pain is exactly 3"),
        ("not surely cold", "cold is not surely ticked"),
        ("no_danger", "nothing of danger is ticked"),
        ("spasm >= 15 minutes", "spasm is at least 15 minutes"),
        ("spasm < 90 seconds", "spasm is less than 90 seconds"),
        ("spasm > 1 hour", "spasm is more than 1 hour"),
        ("onset <= 1 day", "onset is at most 1 day ago"),
        ("age >= 16", "age is at least 16 years"),
    ],
)
def test_a_condition_is_read_like_a_sentence(text: str, words: str) -> None:
    assert explain(node_of(text), BY_ID) == words


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "at", "word"),
    [
        ("", "FLOW010", 0, "the end"),
        ("cold and", "FLOW010", 8, "the end"),
        ("cold pale", "FLOW010", 5, "pale"),
        ("(cold", "FLOW010", 5, '")"'),
        ("cold)", "FLOW010", 4, "delete"),
        ("cold && pale", "FLOW010", 5, '"and"'),
        ("age ≥ 16", "FLOW010", 4, "Write >="),
        ("age => 16", "FLOW013", 5, "`>=`"),
        ("age > = 16", "FLOW013", 6, "`>=`"),
        ("onset > four weeks", "FLOW013", 8, "4 weeks"),
        ("onset > 1,5 weeks", "FLOW010", 9, "1.5"),
        ("cold | pale", "FLOW010", 5, '"or"'),
        ("!cold", "FLOW010", 0, '"not"'),
        ("cold AND pale", "FLOW010", 5, '"and" in small letters'),
        ("pain != 3", "FLOW010", 5, '"is not"'),
        ("7 <= pain", "FLOW010", 0, "name first"),
        ("pain >= -1", "FLOW010", 8, "not negative"),
        ("course is", "FLOW010", 9, "the end"),
        ("course is and", "FLOW010", 10, "answer"),
        ("'cold'", "FLOW010", 0, "without quotes"),
        ("coold", "FLOW011", 0, '"cold"'),
        ("not coold", "FLOW011", 4, '"cold"'),
        ("corse is worse", "FLOW012", 0, '"course"'),
        ("cold in dangr", "FLOW012", 8, '"danger"'),
        ("cold is yes", "FLOW012", 0, "an answer of"),
        ("asked(cold)", "FLOW012", 6, "an answer of"),
        ("danger", "FLOW013", 0, "x in danger"),
        ("pain", "FLOW013", 0, "pain > ..."),
        ("pain is 7", "FLOW013", 0, "number"),
        ("pain >= cold", "FLOW013", 8, "number"),
        ("course > 3", "FLOW013", 0, "not a number"),
        ("danger is cold", "FLOW013", 0, "cold in danger"),
        ("worse in course", "FLOW013", 0, "course is worse"),
        ("danger in (cold, pale)", "FLOW013", 0, "any of"),
        ("at least 3 of (cold, pale)", "FLOW013", 9, "1 to 2"),
        ("at least 0 of (cold)", "FLOW013", 9, "1 to 1"),
        ("age between 44 and 16", "FLOW013", 0, "Swap"),
        ("course is bad", "FLOW014", 10, "better"),
        ("course is not_sure", "FLOW014", 10, "course is worse"),
        ("wet in danger", "FLOW014", 0, "cold"),
        ("swollen is maybe", "FLOW014", 11, "yes, no or not_sure"),
        ("onset > 4 parsecs", "FLOW018", 8, "days"),
        ("pain > 4 weeks", "FLOW018", 7, "bare number"),
    ],
)
def test_a_slip_is_found_at_its_place_with_what_to_do(text: str, code: str, at: int, word: str) -> None:
    found = finding_of(text)
    assert (found.code, found.place) == (code, PLACE.shifted(at))
    assert word in f"{found.message} {found.remedy}"


def test_surely_goes_with_answers_not_with_defined_conditions() -> None:
    assert finding_of("surely bad", names(bad="cold or pale")).code == "FLOW013"


def test_places_inside_a_defined_condition_are_those_of_its_name() -> None:
    node = node_of("pain >= 7 and bad", names(bad="swollen is no and (cold or pale)"))
    assert [leaf.at for leaf in leaves(node)] == [0, 14, 14, 14]


def test_a_condition_that_would_explode_is_refused() -> None:
    known = names(a0="cold and pale")
    for n in range(9):
        known.defined[f"a{n + 1}"] = node_of(f"a{n} and a{n}", known)
    known.defined["a10"] = known.defined["a9"]
    assert finding_of("a10 and a10", known).code == "FLOW010"


@pytest.mark.parametrize("text", ["not " * 5000 + "cold", "(" * 5000 + "cold", "a or " * 50000 + "a", "9" * 9000])
def test_huge_and_deep_texts_are_refused(text: str) -> None:
    assert finding_of(text).code in ("FLOW010", "FLOW011")


VOCABULARY = """and or not ( ) , in is surely between asked answered any of all at least 2 4 weeks days > >= < <= = !=
cold pale danger no_danger course worse better swollen yes no not_sure pain onset spasm age bad"""
WORDS = st.sampled_from(VOCABULARY.split())


@given(st.one_of(st.text(), st.lists(WORDS, max_size=14).map(" ".join)))
def test_no_text_makes_the_parser_raise(text: str) -> None:
    found = parse(text, names(bad="cold or pale"), PLACE)
    if isinstance(found, Finding):
        assert found.place.line == PLACE.line
        assert 0 <= found.place.column - PLACE.column <= len(text)
    else:
        explain(found, BY_ID)


# --- what it means ----------------------------------------------------------------------------------------------------

SOME_LEAVES: list[Leaf] = [
        Ticked("danger", "cold"), Ticked("danger", "pale"), Ticked("danger", "cold", True), Nothing("danger"),
        Chosen("course", "better"), Chosen("course", "worse"), Says("swollen", ("yes", "not_sure")),
        Says("swollen", ("no",)), Compare("pain", ">=", 7), Compare("pain", "<", 3), Compare("pain", "=", 5),
        Asked("pain"), Asked("danger", True),
]  # fmt: skip
LEAVES = st.sampled_from(SOME_LEAVES)


def _grown(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=1, max_size=4).map(tuple)
    return st.one_of(
        several.map(All),
        several.map(Any_),
        inner.map(Not),
        inner.map(lambda part: Named("named", part)),
        several.flatmap(lambda parts: st.integers(1, len(parts)).map(lambda n: AtLeast(n, parts))),
    )


NODES = st.recursive(LEAVES, _grown, max_leaves=12)
SUBSETS = st.frozensets(st.sampled_from(["cold", "pale"]))
ENVS = st.fixed_dictionaries(
    {},
    optional={
        "danger": st.builds(Many, SUBSETS, SUBSETS, st.booleans()) | st.just(NOT_ASKED),
        "course": st.sampled_from(["better", "same", "worse", "not_sure", NOT_ASKED]),
        "swollen": st.sampled_from(["yes", "no", "not_sure", NOT_ASKED]),
        "pain": st.tuples(st.integers(0, 10), st.integers(0, 10)).map(lambda p: Span(min(p), max(p)))
        | st.just(NOT_ASKED),
    },
)


def naive(node: Node, env: dict[str, Any]) -> bool | None:
    """Kleene's three values as written in a textbook: false < unknown < true, and = least, or = greatest."""
    rank = {False: 0, None: 1, True: 2}
    values = [False, None, True]
    if isinstance(node, Named):
        return naive(node.part, env)
    if isinstance(node, Not):
        return values[2 - rank[naive(node.part, env)]]
    if isinstance(node, All):
        return values[min(rank[naive(p, env)] for p in node.parts)]
    if isinstance(node, Any_):
        return values[max(rank[naive(p, env)] for p in node.parts)]
    if isinstance(node, AtLeast):
        ways = product(*({False: [0], None: [0, 1], True: [1]}[naive(p, env)] for p in node.parts))
        results = {sum(way) >= node.count for way in ways}
        return results.pop() if len(results) == 1 else None
    answer = env.get(node.question)
    if isinstance(node, Asked):
        if answer is None:
            return None
        if answer is NOT_ASKED:
            return False
        unsure = answer == "not_sure" or (isinstance(answer, Many) and answer.not_sure != frozenset())
        return not (node.answered and unsure)
    if answer is None or answer is NOT_ASKED:
        return None
    if isinstance(node, Ticked):
        hit = node.option in answer.yes or (not node.surely and node.option in answer.not_sure)
        return True if hit else None if answer.partial else False
    if isinstance(node, Nothing):
        return False if answer.yes | answer.not_sure else None if answer.partial else True
    if isinstance(node, Chosen):
        return (BY_ID["course"].unsure_as if answer == "not_sure" else answer) == node.option
    if isinstance(node, Says):
        return answer in node.answers
    ops = {">=": lambda x, y: x >= y, "<": lambda x, y: x < y, "=": lambda x, y: x == y}
    results = {ops[node.op](x / 2, node.value) for x in range(int(answer.low * 2), int(answer.high * 2) + 1)}
    return results.pop() if len(results) == 1 else None


@given(NODES, ENVS)
def test_the_compiled_check_means_what_the_textbook_says(node: Node, env: dict[str, Any]) -> None:
    assert compile_check(node, BY_ID)(env) is naive(node, env)


@given(NODES, ENVS, ENVS)
def test_what_is_decided_stays_decided_when_more_is_answered(
    node: Node, env: dict[str, Any], more: dict[str, Any]
) -> None:
    before = compile_check(node, BY_ID)(env)
    if before is not None:
        assert compile_check(node, BY_ID)({**more, **env}) is before


# --- guards -----------------------------------------------------------------------------------------------------------


def complete(env: dict[str, Any], whens: dict[str, Node]) -> dict[str, Any]:
    """A finished interview: each question in its order is answered, or passed over because its `when` is false."""
    done: dict[str, Any] = {}
    for question in ("danger", "course", "swollen", "pain"):
        when = whens.get(question)
        passed = when is not None and compile_check(when, BY_ID)(done) is not True
        done[question] = NOT_ASKED if passed else env[question]
    return done


CHOICES = {
    "danger": [
        Many(frozenset(y), frozenset(u)) for y, u in [("", ""), (["cold"], ""), ("", ["cold"]), (["pale"], ["cold"])]
    ],
    "course": ["better", "same", "worse", "not_sure"],
    "swollen": ["yes", "no", "not_sure"],
    "pain": [Span(0, 0), Span(2, 2), Span(3, 3), Span(5, 5), Span(7, 7), Span(10, 10)],
}
FULL = [dict(zip(CHOICES, values, strict=True)) for values in product(*CHOICES.values())]


def _of(*questions: str) -> st.SearchStrategy[Node]:
    """Conditions that read these questions only."""
    fit = [leaf for leaf in SOME_LEAVES if leaf.question in questions and not isinstance(leaf, Asked)]
    return st.recursive(st.sampled_from(fit), _grown, max_leaves=6)


@st.composite
def _flows(draw: st.DrawFn) -> tuple[Node, dict[str, Node]]:
    """A rule, and the `when` of two questions; the rule often has guards, in all the ways in which one can write them."""
    first, second = draw(_of("danger")), draw(_of("danger", "course"))
    whens: dict[str, Node] = {"course": first}
    if not unguarded(second, whens, BY_ID):
        whens["pain"] = second
    guard = draw(st.sampled_from(list(whens.values())))
    part = draw(_of("danger", "course", "swollen", "pain"))
    shape = draw(st.sampled_from(["bare", "and", "or", "not", "nested"]))
    rule: Node = {
        "bare": part,
        "and": All((guard, part)),
        "or": Any_((Not(guard), part)),
        "not": Not(All((part, guard))),
        "nested": Any_((All((first, guard, part)), draw(_of("danger", "swollen")))),
    }[shape]
    return rule, whens


@settings(max_examples=settings.default.max_examples // 12)  # each one is tried with every whole interview
@given(_flows())
def test_a_guarded_condition_is_never_unknown_after_a_whole_interview(flow: tuple[Node, dict[str, Node]]) -> None:
    rule, whens = flow
    assume(reads(rule) & set(whens) and not unguarded(rule, whens, BY_ID))
    check = compile_check(rule, BY_ID)
    for env in FULL:
        assert check(complete(env, whens)) is not None


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("cold and course is worse", True),
        ("course is worse and cold", True),
        ("surely cold and course is worse", True),
        ("course is worse", False),
        ("cold or course is worse", False),
        ("not cold or course is worse", True),
        ("not (cold and course is worse)", True),
        ("not course is worse", False),
        ("at least 2 of (cold, course is worse)", False),
        ("cold and (pale or course is worse)", True),
        ("(cold or pale) and course is worse", False),
        ("bad and course is worse", True),
    ],
)
def test_which_reads_are_guarded(text: str, guarded: bool) -> None:
    known = names(bad="cold and swollen")
    found = unguarded(node_of(text, known), {"course": node_of("cold")}, BY_ID)
    assert (found == []) is guarded


def test_thresholds_close_together_are_told_apart() -> None:
    whens = {"course": node_of("onset > 30 hours")}
    assert unguarded(node_of("onset > 1 day and onset < 31 hours and course is worse"), whens, BY_ID) != []
