"""The people: what was counted of patients per question and version, no answer read; scripts and the crowd in the same form."""

from __future__ import annotations

from typing import Any, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.service.people.of_store import people_in
from bot.service.people.plain import said_time
from bot.service.people.table import COLUMNS, PeopleTable, Portion
from bot.store import StoreError
from bot.workbench.desk import Desk
from bot.workbench.drawing import desk_of, page_or_part

SOURCES = {
    "store": "patients, from the counters of the database",
    "script": "scripts played here",
    "person": "people of the crowd",
}
"""Whose counts -> what they are called."""
HEADS = {
    "reached": "reached", "continued": "went on", "left": "fell silent", "back": "came back", "mistap": "taken back at once",
    "not_read": "typed, not read",
}  # fmt: skip
"""Column -> its head."""


class CountRow(NamedTuple):
    """A question: its counts as shown, each with its share of those who reached it, "" where that is not told; the usual time."""

    question: str
    cells: tuple[tuple[str, str], ...]
    time: str


async def people(request: Request) -> Response:
    """The table of one source and version."""
    desk = desk_of(request)
    source = request.query_params.get("source", "store")
    version = request.query_params.get("version", "")
    filled = await run_in_threadpool(_filled, desk, source if source in SOURCES else "store", version)
    return page_or_part(request, "people", "people", **filled)


def people_of_store(desk: Desk) -> tuple[tuple[PeopleTable, ...], str]:
    """What is counted in the database, and why nothing is if nothing is."""
    try:
        with desk.database() as store:
            return people_in(store), ""
    except StoreError as reason:
        return (), str(reason)


def _filled(desk: Desk, source: str, version: str) -> dict[str, Any]:
    if source == "store":
        tables, why = people_of_store(desk)
        why = why or "No chat of this flow was counted yet."
    else:
        tables = () if desk.rehearsal is None else desk.rehearsal.people(source)
        why = "None was played since the workbench began: run them on the Tests pane."
    mine = [table for table in tables if table.flow == desk.name]
    chosen = next((table for table in mine if table.version == version), mine[0] if mine else None)
    flow = desk.shown()
    return {
        "current": "" if flow is None else flow.version,
        "sources": SOURCES, "source": source, "versions": [table.version for table in mine], "why": why, "table": chosen,
        "heads": HEADS, "rows": () if chosen is None else tuple(_rows(chosen)),
        "groups": () if chosen is None else _groups(chosen),
    }  # fmt: skip


def _rows(table: PeopleTable) -> list[CountRow]:
    rows = []
    for row in table.questions:
        shares = {name: None if name == "reached" else row.share(name) for name in COLUMNS}
        cells = tuple((str(c), "" if (s := shares[n]) is None else f"{s:.1%}") for n, c in row.counts().items())
        rows.append(CountRow(row.question, cells, said_time(row.took)))
    return rows


def _groups(table: PeopleTable) -> tuple[tuple[str, str, tuple[Portion, ...]], ...]:
    """(what, how many, of which kinds), those that never happened left out."""
    groups = (
        ("Advice given", table.advised, table.levels),
        ("Check-ins asked", table.asked_how, table.check_ins),
        ("Felt wrong", table.felt_wrong, table.reasons),
    )
    return tuple((what, str(count), parts) for what, count, parts in groups if count.most != 0)


ROUTES = (Route("/people", people),)
