"""What people did, as it may be shown: small counts are hidden, and nobody can work them out from what is shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Mapping
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.conversation.events import Started
from bot.service.counting import SECONDS, TOOK
from bot.service.people.of_store import asking_order, people_in
from bot.service.people.plain import people_as_json, plain_table
from bot.service.people.small_counts import FEW, UNDER, ShownCount, share, to_show, total_beside, total_of
from bot.service.people.table import ALL_VERSIONS, COLUMNS, SMALL_VERSIONS, PeopleTable, Typical, one_order, people_of
from bot.service.service import Service
from bot.store import Tallied
from tests.service.test_check_ins import advised
from tests.support.service_chat import ANN, BOB, Chat

HIDDEN = ShownCount(1, UNDER - 1)
Cell = tuple[str, str, str]
"""Version, question, what."""
CAME = "check_in_came"
ANSWERED = ("check_in_better", "check_in_worse")


def table(cells: Mapping[Cell, int], hides: bool = True) -> tuple[PeopleTable, ...]:
    versions = sorted({version for version, _, _ in cells})
    return people_of(
        {Tallied("sprain", *cell): n for cell, n in cells.items()}, dict.fromkeys(versions, ("danger",)), hides
    )


def one(hides: bool = True, **times: int) -> PeopleTable:
    """One version in which these things were counted of the question `danger`, or of no question."""
    of_question = {"reached", "continued", "left", "back", "back_at_once", "not_read", *TOOK}
    (found,) = table({("v1", "danger" if w in of_question else "", w): n for w, n in times.items()}, hides)
    return found


# --- nobody can work it out -------------------------------------------------------------------------------------------


def pinned(cells: Mapping[Cell, int], publish: Callable[[Mapping[Cell, int]], Hashable]) -> set[Cell]:
    """Cells from 1 to 4 of which somebody who knows the rule, and how the counters hang together, can tell the number."""
    told = publish(cells)
    left = {cell for cell, n in cells.items() if 0 < n < UNDER}
    for other in others(cells):
        same = {cell for cell in left if other[cell] != cells[cell]}
        if same and possible(other) and publish(other) == told:
            left -= same
            if not left:
                break
    return left


def others(cells: Mapping[Cell, int]) -> Iterator[dict[Cell, int]]:
    """What could stand there instead: other small counts, other numbers of check-ins that came. All small ones alike, then those
    that differ in few cells first."""
    for alike in (1, UNDER - 1):
        yield {cell: alike if 0 < n < UNDER else n for cell, n in cells.items()}
    instead = {cell: range(1, UNDER) for cell, n in cells.items() if 0 < n < UNDER}
    instead |= {cell: range(UNDER, n + 4) for cell, n in cells.items() if cell[2] == CAME and n >= UNDER}
    for many in range(1, 7):
        for changed in combinations(instead, many):
            for values in product(*(instead[cell] for cell in changed)):
                yield {**cells, **dict(zip(changed, values, strict=True))}


def possible(cells: Mapping[Cell, int]) -> bool:
    """Nobody answers a check-in that did not come, or goes back at once without going back."""
    return all(
        cells.get((v, "", CAME), 0) >= sum(cells.get((v, "", w), 0) for w in ANSWERED)
        and cells.get((v, "danger", "back"), 0) >= cells.get((v, "danger", "back_at_once"), 0)
        for v in {version for version, _, _ in cells}
    )


def everything(cells: Mapping[Cell, int]) -> Hashable:
    return table(cells)


@st.composite
def counters(draw: st.DrawFn) -> dict[Cell, int]:
    """A question and two levels, or who went back, or check-ins and their answers, in one to three versions."""
    times = st.one_of(st.integers(1, 4), st.integers(0, 7))
    kind = draw(st.sampled_from(["levels", "back", "check-ins"]))
    cells: dict[Cell, int] = {}
    for version in ("v0", "v1", "v2")[: draw(st.integers(1, 3 if kind == "back" else 2))]:
        if kind == "levels":
            whats = [("danger", "reached"), ("", "level_emergency"), ("", "level_self_care")]
            cells |= {(version, *what): draw(times) for what in whats}
        elif kind == "back":
            at_once = draw(times)
            cells[version, "danger", "back_at_once"] = at_once
            cells[version, "danger", "back"] = at_once + draw(st.integers(0, 2))
        else:
            answered = [draw(times) for _ in ANSWERED]
            cells |= {(version, "", what): n for what, n in zip(ANSWERED, answered, strict=True)}
            cells[version, "", CAME] = sum(answered) + draw(st.integers(0, 2))
        cells[version, *LARGE] = FEW
    return cells


@given(counters())
@settings(max_examples=150, deadline=None)
def test_no_small_count_can_be_told_from_all_that_is_shown(cells: dict[Cell, int]) -> None:
    assert pinned(cells, everything) == set()


CELLS = [
    *((question, what) for question in ("danger", "age") for what in ("reached", "left", "back")),
    *(("", what) for what in ("level_emergency", "level_self_care", "felt_wrong_else", CAME, *ANSWERED)),
]
LARGE = ("danger", "continued")
"""What makes a version one that is shown by itself."""


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["v0", "v1", "v2"]), st.sampled_from(CELLS)),
        st.tuples(st.integers(0, 9), st.integers(1, 4)),
    )
)
def test_all_that_is_shown_is_the_same_whatever_is_hidden(
    drawn: dict[tuple[str, tuple[str, str]], tuple[int, int]],
) -> None:
    large = {(version, *LARGE): FEW for version, _ in drawn}
    here = {(version, *cell): n for (version, cell), (n, _) in drawn.items()}
    there = {(version, *cell): other if 0 < n < UNDER else n for (version, cell), (n, other) in drawn.items()}
    assert table(here | large) == table(there | large)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=4),
    st.integers(0, 9),
)
def test_of_versions_with_few_chats_only_what_they_come_to_is_shown(few: list[tuple[int, int]], moved: int) -> None:
    """Whichever of them it was counted in."""
    here = {
        (f"v{n}", "danger", what): times[i] for n, times in enumerate(few) for i, what in enumerate(("left", "back"))
    }
    moved = min(moved, few[0][0], 9 - few[1][0])
    there = here | {("v0", "danger", "left"): few[0][0] - moved, ("v1", "danger", "left"): few[1][0] + moved}
    for large in ({}, {("large", *LARGE): FEW}):
        assert table(here | large) == table(there | large)


@given(st.lists(st.integers(0, 4), min_size=len(TOOK), max_size=len(TOOK)))
def test_where_the_middle_of_the_times_lies_tells_no_count_of_them(times: list[int]) -> None:
    """With everybody who answered known: one more or one less of any of them leaves the middle where it is."""
    took = one(**dict(zip(TOOK, times, strict=True))).questions[0].took
    if sum(times) < UNDER:
        assert took is None
        return
    for place, n in enumerate(times):
        if n:
            assert any(
                one(**dict(zip(TOOK, moved, strict=True))).questions[0].took == took
                for moved in neighbours(times, place)
            )


def neighbours(times: list[int], place: int) -> Iterator[list[int]]:
    """The same number of times with one more or one less at this place."""
    for other in range(len(times)):
        for step in (1, -1):
            moved = list(times)
            moved[place] += step
            moved[other] -= step
            if other != place and min(moved) >= 0:
                yield moved


@pytest.mark.parametrize(
    ("publish", "cells"),
    [
        (lambda c: (*map(to_show, c.values()), sum(c.values())), {("v1", "", "level_emergency"): 3, ("v1", "", "level_x"): 9}),
        (lambda c: (*map(to_show, c.values()), sum(c.values())), {("v1", "", "a"): 4, ("v2", "", "a"): 4, ("v3", "", "a"): 7}),
        (lambda c: tuple(map(to_show, c.values())), {("v1", "", CAME): 6, ("v1", "", ANSWERED[0]): 5, ("v1", "", ANSWERED[1]): 1}),
    ],
)  # fmt: skip
def test_what_would_tell_is_found(publish: Callable[[Mapping[Cell, int]], Hashable], cells: dict[Cell, int]) -> None:
    """A bare total beside one hidden count, or beside two at their most; and check-ins that came beside what was answered."""
    assert pinned(cells, publish)


# --- the rule ---------------------------------------------------------------------------------------------------------


def test_small_counts_are_hidden_and_nothing_is_nothing() -> None:
    assert [str(to_show(n)) for n in (0, 1, 4, 5, 1234)] == ["0", "<5", "<5", "5", "1234"]


def test_a_total_says_how_far_it_is_known() -> None:
    assert str(total_of([ShownCount(10, 10), HIDDEN])) == "11 to 14"
    assert str(total_of([ShownCount(10, 10), ShownCount(7, 7)])) == "17"
    assert str(total_of([ShownCount(5, None), ShownCount(7, 7)])) == "12+"


def test_a_total_counted_by_itself_is_shown_where_its_parts_are() -> None:
    assert total_beside(12, [ShownCount(5, 5), ShownCount(0, 0)]) == ShownCount(12, 12)
    assert total_beside(12, [ShownCount(5, 5), HIDDEN]) == ShownCount(6, None)
    assert total_beside(3, [HIDDEN, HIDDEN]) == HIDDEN


def test_all_versions_are_the_total_of_what_is_shown_of_each() -> None:
    cells = {("v0", "danger", "reached"): 100, ("v1", "danger", "reached"): 40, ("v0", "danger", "left"): 9}
    every, *each = table({**cells, ("v1", "danger", "left"): 2})
    assert (every.version, every.versions) == (ALL_VERSIONS, ("v0", "v1"))
    assert [str(people.questions[0].reached) for people in (every, *each)] == ["140", "100", "40"]
    assert [str(people.questions[0].left) for people in (every, *each)] == ["10 to 13", "9", "<5"]


def test_versions_with_few_chats_are_one() -> None:
    few = {(f"few{n}", "danger", "reached"): 7 for n in range(3)} | {
        ("few0", "danger", "left"): 3,
        ("few1", "danger", "left"): 3,
    }
    (alone,) = table(few)
    assert (alone.version, alone.versions) == (ALL_VERSIONS, ("few0", "few1", "few2"))
    assert (str(alone.questions[0].reached), str(alone.questions[0].left)) == ("21", "6")
    every, large, rest = table(few | {("large", "danger", "reached"): 50})
    assert [people.version for people in (every, large, rest)] == [ALL_VERSIONS, "large", SMALL_VERSIONS]
    assert str(every.questions[0].reached) == "71"
    assert [people.version for people in table({cell: n for cell, n in few.items() if cell[0] == "few0"})] == ["few0"]
    assert len(table(few, hides=False)) == 4


def test_a_share_is_told_unless_what_is_hidden_would_move_it() -> None:
    assert share(ShownCount(25, 25), ShownCount(100, 100)) == 0.25
    assert share(HIDDEN, ShownCount(100, 100)) is None
    assert share(ShownCount(5, 5), HIDDEN) is None
    assert share(ShownCount(0, 0), ShownCount(0, 0)) is None
    assert share(ShownCount(500, 500), ShownCount(1001, 1004)) == pytest.approx(0.5, abs=0.02)


# --- the table --------------------------------------------------------------------------------------------------------


def test_a_row_of_a_question() -> None:
    times = {"within_10": 40, "within_20": 41, "longer": 1}
    people = one(reached=100, continued=82, left=3, back=6, back_at_once=5, not_read=0, **times)
    (row,) = people.questions
    assert {name: str(count) for name, count in row.counts().items()} == {
        "reached": "100", "continued": "82", "left": "<5", "back": "6", "mistap": "5", "not_read": "0",
    }  # fmt: skip
    assert (row.share("continued"), row.share("left")) == (0.82, None)
    assert row.took == Typical(10, 20)


@pytest.mark.parametrize(
    ("times", "took"),
    [
        ({"within_5": 5}, Typical(0, SECONDS[0])),
        ({"within_5": 4}, None),
        ({"longer": 9, "within_5": 2}, Typical(SECONDS[-1], None)),
        ({"within_30": 3, "within_60": 3}, Typical(20, 30)),
    ],
)
def test_the_typical_time(times: dict[str, int], took: Typical | None) -> None:
    assert one(continued=20, **times).questions[0].took == took


def test_levels_check_ins_and_what_felt_wrong() -> None:
    people = one(
        level_emergency=2, level_self_care=60, level_same_day=40, check_in_came=30, check_in_better=12, check_in_same=8,
        check_in_something_new=2, felt_wrong_misread=5, felt_wrong_in_words=7,
    )  # fmt: skip
    assert [(p.name, str(p.count)) for p in people.levels] == [
        ("emergency", "<5"), ("same_day", "40"), ("see_soon", "0"), ("self_care", "60"),
    ]  # fmt: skip
    assert str(people.advised) == "101 to 104"
    assert [(p.name, str(p.count)) for p in people.check_ins] == [
        ("better", "12"), ("same", "8"), ("worse", "0"), ("something_new", "<5"),
    ]  # fmt: skip
    assert str(people.asked_how) == "21+"
    assert str(people.felt_wrong) == "12"
    assert {p.name: p.share for p in people.reasons if p.share} == {"misread": 5 / 12, "in_words": 7 / 12}


def test_of_made_people_nothing_is_hidden() -> None:
    people = one(
        hides=False, reached=3, continued=1, level_emergency=1, level_self_care=2, check_in_came=2, check_in_worse=1
    )
    assert not people.hides
    assert people.questions[0].share("continued") == 1 / 3
    assert (people.advised, people.asked_how) == (ShownCount(3, 3), ShownCount(2, 2))


def test_questions_stand_in_asking_order_and_all_versions_first() -> None:
    counts = {Tallied("sprain", v, q, "reached"): 20 for v in ("new", "old", "gone") for q in ("age", "danger")}
    counts[Tallied("sprain", "old", "fever", "reached")] = 20
    counts[Tallied("other", "v", "who", "reached")] = 10
    asked = {"new": ("danger", "age", "pain"), "old": ("danger", "fever", "age")}
    other, every, *each = people_of(counts, asked)
    assert (other.flow, other.version, other.versions) == ("other", "v", ("v",))
    assert (every.version, every.versions) == (ALL_VERSIONS, ("new", "old", "gone"))
    assert [row.question for row in every.questions] == ["danger", "fever", "age", "pain"]
    assert every.questions[0].reached == ShownCount(60, 60)
    assert [(one.version, [row.question for row in one.questions]) for one in each] == [
        ("new", ["danger", "age", "pain"]),
        ("old", ["danger", "fever", "age"]),
        ("gone", ["danger", "age", "pain"]),
    ]


def test_orders_that_contradict_each_other_are_one_order_all_the_same() -> None:
    assert one_order([("a", "b"), ("b", "c", "a", "d")]) == ("a", "d", "b", "c")


# --- as text, as JSON, from a store -----------------------------------------------------------------------------------


def test_neither_text_nor_json_holds_what_is_hidden() -> None:
    people = one(reached=777, continued=774, left=3, level_emergency=2, check_in_came=9, check_in_worse=1)
    text, plain = plain_table(people), people_as_json(people)
    assert "<5" in text
    (row,) = plain["questions"]
    assert (row["reached"], row["left"]) == (777, {"least": 1, "most": 4})
    assert plain["levels"]["emergency"] == plain["answered"]["worse"] == {"least": 1, "most": 4}
    assert plain["check_ins"] == {"least": 5, "most": None}
    assert {777, 774} <= set(numbers(plain))
    assert not {2, 3, 9} & set(numbers(plain))
    assert json.loads(json.dumps(plain)) == plain


def numbers(value: Any) -> Iterator[int]:
    if isinstance(value, Mapping):
        for one_of in value.values():
            yield from numbers(one_of)
    elif isinstance(value, list):
        for one_of in value:
            yield from numbers(one_of)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value


def test_from_the_counters_of_a_store(service: Service) -> None:
    for number in range(6):
        chat = Chat(service, f"telegram:{number + 10}")
        chat.number = 100 * (number + 1)
        asked = chat.does(Started())
        if number:
            chat.taps(asked, "Me")
    (people,) = people_in(service.store)
    flow = service.flows.named(None)
    assert (people.flow, people.version) == (flow.name, flow.version)
    assert [row.question for row in people.questions] == list(flow.questions)
    first, second, third = people.questions[:3]
    assert (str(first.reached), str(first.continued), str(second.reached)) == ("6", "5", "5")
    assert first.took == Typical(0, SECONDS[0])
    assert set(third.counts().values()) == {ShownCount(0, 0)}


def test_one_person_is_hidden_everywhere(service: Service) -> None:
    for name in (ANN, BOB):
        advised(service, name)
    (people,) = people_in(service.store)
    assert {str(row.reached) for row in people.questions} == {"0", "<5"}
    assert {row.took for row in people.questions} == {None}
    assert {row.share(name) for row in people.questions for name in COLUMNS} == {None}
    assert {part.share for part in people.levels} == {None}


def test_files_that_cannot_be_read_have_no_order() -> None:
    assert asking_order({}) == asking_order({"interview.yaml": "questions: [{ask: 3}, x]"}) == ()
