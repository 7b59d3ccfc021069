"""What is worked out once per flow version is kept in one typed store, not behind a frozen value's back."""

from __future__ import annotations

from dataclasses import replace

from bot.core.conversation.machine import machine_of
from bot.core.flow.per_flow import Recent, drop_memo, per_flow
from tests.support.places import ROOT
from tests.support.talking import back_spasm

MODELS_WITHOUT_WHAT_THEY_CACHED = "mutations.py"
SLOTS_READ_AT_IMPORT = "session.py"


class Book:
    def __init__(self) -> None:
        self.memo: dict[object, object] = {}
        self.read: list[int] = []


@per_flow
def page(book: Book, number: int) -> str:
    book.read.append(number)
    return f"page {number}"


def test_it_is_worked_out_once_for_each_keeper_and_arguments() -> None:
    one, other = Book(), Book()
    assert [page(one, 1), page(one, 1), page(one, 2), page(other, 1)] == ["page 1", "page 1", "page 2", "page 1"]
    assert (one.read, other.read) == ([1, 2], [1])
    drop_memo(one, page)
    assert (page(one, 1), one.read) == ("page 1", [1, 2, 1])


def test_recent_keeps_only_so_many() -> None:
    recent = Recent[int](2)
    assert [recent.put(n) for n in (1, 2, 3)] == [1, 2, 3]
    assert recent.kept == (3, 2)


def test_a_changed_flow_begins_with_nothing_remembered() -> None:
    flow = back_spasm()
    assert machine_of(flow) is machine_of(flow)
    assert machine_of(replace(flow)) is not machine_of(flow)


def test_nobody_writes_behind_a_values_back() -> None:
    users = {p.name for p in (ROOT / "bot").rglob("*.py") if "__dict__" in p.read_text(encoding="utf-8")}
    assert users <= {MODELS_WITHOUT_WHAT_THEY_CACHED, SLOTS_READ_AT_IMPORT}
